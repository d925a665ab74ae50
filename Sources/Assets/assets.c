/* Every file that a browser asks for. A test compares this list with the folders. */
#include "assets.h"

static const unsigned char css_lesson[] = {
#embed "css/lesson.css"
};
static const unsigned char css_lopan[] = {
#embed "css/lopan.css"
};
static const unsigned char js_confirm_touch[] = {
#embed "js/confirm-touch.js"
};
static const unsigned char js_connection[] = {
#embed "js/connection.js"
};
static const unsigned char js_device_check[] = {
#embed "js/device-check.js"
};
static const unsigned char js_device_key[] = {
#embed "js/device-key.js"
};
static const unsigned char js_dom[] = {
#embed "js/dom.js"
};
static const unsigned char js_lesson_alarms[] = {
#embed "js/lesson-alarms.js"
};
static const unsigned char js_lesson_chat[] = {
#embed "js/lesson-chat.js"
};
static const unsigned char js_lesson_door[] = {
#embed "js/lesson-door.js"
};
static const unsigned char js_lesson_people[] = {
#embed "js/lesson-people.js"
};
static const unsigned char js_lesson_stage[] = {
#embed "js/lesson-stage.js"
};
static const unsigned char js_lesson_tools[] = {
#embed "js/lesson-tools.js"
};
static const unsigned char js_lesson[] = {
#embed "js/lesson.js"
};
static const unsigned char js_live[] = {
#embed "js/live.js"
};
static const unsigned char js_media_legs[] = {
#embed "js/media-legs.js"
};
static const unsigned char js_media[] = {
#embed "js/media.js"
};
static const unsigned char js_notices[] = {
#embed "js/notices.js"
};
static const unsigned char js_sign_in[] = {
#embed "js/sign-in.js"
};
static const unsigned char images_favicon[] = {
#embed "images/favicon.svg"
};
static const unsigned char images_icons[] = {
#embed "images/icons.svg"
};
static const unsigned char images_mark[] = {
#embed "images/mark.svg"
};

#define ASSET(path, type, bytes) {path, type, bytes, sizeof bytes}

static const lopan_asset all[] = {
  ASSET("css/lesson.css", "text/css; charset=utf-8", css_lesson),
  ASSET("css/lopan.css", "text/css; charset=utf-8", css_lopan),
  ASSET("js/confirm-touch.js", "text/javascript; charset=utf-8", js_confirm_touch),
  ASSET("js/connection.js", "text/javascript; charset=utf-8", js_connection),
  ASSET("js/device-check.js", "text/javascript; charset=utf-8", js_device_check),
  ASSET("js/device-key.js", "text/javascript; charset=utf-8", js_device_key),
  ASSET("js/dom.js", "text/javascript; charset=utf-8", js_dom),
  ASSET("js/lesson-alarms.js", "text/javascript; charset=utf-8", js_lesson_alarms),
  ASSET("js/lesson-chat.js", "text/javascript; charset=utf-8", js_lesson_chat),
  ASSET("js/lesson-door.js", "text/javascript; charset=utf-8", js_lesson_door),
  ASSET("js/lesson-people.js", "text/javascript; charset=utf-8", js_lesson_people),
  ASSET("js/lesson-stage.js", "text/javascript; charset=utf-8", js_lesson_stage),
  ASSET("js/lesson-tools.js", "text/javascript; charset=utf-8", js_lesson_tools),
  ASSET("js/lesson.js", "text/javascript; charset=utf-8", js_lesson),
  ASSET("js/live.js", "text/javascript; charset=utf-8", js_live),
  ASSET("js/media-legs.js", "text/javascript; charset=utf-8", js_media_legs),
  ASSET("js/media.js", "text/javascript; charset=utf-8", js_media),
  ASSET("js/notices.js", "text/javascript; charset=utf-8", js_notices),
  ASSET("js/sign-in.js", "text/javascript; charset=utf-8", js_sign_in),
  ASSET("images/favicon.svg", "image/svg+xml", images_favicon),
  ASSET("images/icons.svg", "image/svg+xml", images_icons),
  ASSET("images/mark.svg", "image/svg+xml", images_mark),
};

size_t lopan_asset_count(void) { return sizeof all / sizeof all[0]; }
const lopan_asset *lopan_asset_at(size_t index) { return &all[index]; }
