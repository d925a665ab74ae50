#ifndef LOPAN_ASSETS_H
#define LOPAN_ASSETS_H
#include <stddef.h>

/* A file that the browser asks for, compiled into the binary. */
typedef struct {
  const char *path;
  const char *type;
  const unsigned char *bytes;
  size_t size;
} lopan_asset;

size_t lopan_asset_count(void);
const lopan_asset *lopan_asset_at(size_t index);

#endif
