// Debian's libxml2 shows ICU's headers, which clash with the ICU inside Swift's Foundation. We need none of it: the only
// thing that differs is the tail of a structure that we never touch.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/xmlreader.h>
#include <libxml/HTMLparser.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>
