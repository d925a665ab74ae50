/* Every file that a browser asks for. A test compares this list with the folders. */
#include "assets.h"


static const unsigned char css_lopan[] = {
#embed "css/lopan.css"
};

static const lopan_asset all[] = {
  {"css/lopan.css", "text/css; charset=utf-8", css_lopan, sizeof css_lopan},
};
size_t lopan_asset_count(void) { return sizeof all / sizeof all[0]; }
const lopan_asset *lopan_asset_at(size_t index) { return &all[index]; }
