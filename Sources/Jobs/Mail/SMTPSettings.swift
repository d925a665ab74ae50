package import NIOCore

/// Which mail server, and how far it is trusted.
package struct SMTPSettings: Sendable {
  package enum Security: String, Sendable, CaseIterable {
    /// TLS from the first byte, mostly port 465.
    case implicitTLS = "tls"
    /// STARTTLS, mostly port 587; nothing is sent to a server that does not offer it.
    case startTLS = "starttls"
    /// STARTTLS when offered, else in the clear. Only for a server on the same machine or in the school's own
    /// network: whoever sits in between can take the offer away. A password is never sent in the clear.
    case startTLSIfOffered = "starttls-if-offered"
  }

  package struct Credentials: Sendable {
    let user: String
    let password: String

    package init(user: String, password: String) {
      self.user = user
      self.password = password
    }
  }

  package struct Limits: Sendable {
    package var connect: TimeAmount = .seconds(10)
    /// For each answer of the server.
    package var answer: TimeAmount = .seconds(30)
    /// For the whole letter.
    package var whole: TimeAmount = .seconds(90)

    package init() {}
  }

  package let host: String
  package let port: Int
  package let security: Security
  package let credentials: Credentials?
  /// What we call ourselves in EHLO: this server's host name.
  package let clientName: String
  /// PEM file with the certificate authorities to trust instead of the system's.
  package let trustedCertificates: String?
  package let limits: Limits

  package init(
    host: String, port: Int, security: Security, credentials: Credentials? = nil, clientName: String,
    trustedCertificates: String? = nil, limits: Limits = .init()
  ) {
    self.host = host
    self.port = port
    self.security = security
    self.credentials = credentials
    self.clientName = MailAddress.isDomain(clientName[...]) ? clientName : "localhost"
    self.trustedCertificates = trustedCertificates
    self.limits = limits
  }
}
