/// A school subject, “Toán”. (`Subject` is what a permission is asked about.)
package enum SchoolSubject { package typealias ID = Identifier<SchoolSubject> }
