// SPDX-License-Identifier: AGPL-3.0-or-later
// Load for the fan-out bench: WebSocket clients in rooms, one epoll loop, plain ws only. Prints one JSON object.
//
//   cc -O2 -o fanout_client fanout_client.c && ./fanout_client --port 8080 --rooms 25 --per-room 40 --window 4
//
// In each room the first client speaks and all listen. Closed loop (--window N): N texts of a room are outstanding;
// the speaker sends the next when it has heard its own. Open loop (--rate N): N texts per second over all rooms.
// Latency is from sending to each reception, in this process' monotonic clock: the text carries "@<20 digits>@".
//
// --raw speaks over plain TCP without WebSocket, for XMPP. --script FILE is the hand-shake before the first message,
// one step a line, EXPECTED<tab>TO SEND: when a client has received the first it sends the second; an empty EXPECTED is
// sent at once. In it and in --message %d is the room, %n the client's number, %t (message only) the time stamp.
// --pids A,B reports the CPU seconds which these processes used while it measured, and by how much the first grew when
// all had come in.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { IN_SIZE = 65536, OUT_SIZE = 65536, BUCKETS = 200000 };  // latency buckets of 10 us, up to 2 s

struct client {
  int fd, number, room, speaker, open, step, ready;
  char *in, *out;
  size_t in_count, out_count;
};

static struct {
  const char *host, *port, *path, *hello, *message, *cookies, *origin, *script, *pids;
  int rooms, per_room, window, size, sockets_at_once, raw;
  double rate, seconds, warm_up, settle;
} option = {.host = "127.0.0.1", .port = "8080", .path = "/live?%d", .rooms = 25, .per_room = 40, .size = 120,
            .sockets_at_once = 50, .seconds = 5, .warm_up = 1, .settle = 1};

static char *step_expects[32], *step_sends[32];
static int step_count;

static struct client *clients;
static int client_count, open_count, ready_count, lost_count, epoll;
static int *outstanding;
static uint64_t received, sent, measured_sent, started;
static int measuring;
static uint32_t histogram[BUCKETS + 1];
static char **cookie;
static int cookie_count;

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void fail(const char *what) {
  fprintf(stderr, "fanout_client: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void lose(struct client *c) {
  if (c->fd < 0) return;
  close(c->fd);
  c->fd = -1;
  c->open = 0;
  lost_count++;
}

static void push(struct client *c) {
  while (c->out_count > 0) {
    ssize_t n = send(c->fd, c->out, c->out_count, MSG_NOSIGNAL);
    if (n < 0) {
      if (errno == EAGAIN) break;
      lose(c);
      return;
    }
    memmove(c->out, c->out + n, c->out_count - (size_t)n);
    c->out_count -= (size_t)n;
  }
  struct epoll_event e = {.events = EPOLLIN | (c->out_count ? EPOLLOUT : 0), .data.ptr = c};
  epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &e);
}

static void frame(struct client *c, int opcode, const char *text, size_t length) {
  if (c->fd < 0 || c->out_count + length + 8 > OUT_SIZE) return;
  if (option.raw) {
    memcpy(c->out + c->out_count, text, length);
    c->out_count += length;
    return;
  }
  unsigned char *to = (unsigned char *)c->out + c->out_count;
  size_t head = 2;
  to[0] = (unsigned char)(0x80 | opcode);
  if (length < 126) {
    to[1] = (unsigned char)(0x80 | length);
  } else {
    to[1] = 0x80 | 126;
    to[2] = (unsigned char)(length >> 8);
    to[3] = (unsigned char)length;
    head = 4;
  }
  memset(to + head, 0, 4);  // a mask of zeros: valid, and the client's cost is not what is measured
  memcpy(to + head + 4, text, length);
  c->out_count += head + 4 + length;
}

// Puts room, client and time stamp into a template; returns the length.
static size_t fill(const struct client *c, const char *template, char *text, size_t size) {
  size_t length = 0;
  for (const char *p = template; *p && length < size - 64; p++) {
    if (p[0] != '%' || !strchr("tdn", p[1]) || !p[1]) {
      text[length++] = *p;
      continue;
    }
    p++;
    if (*p == 't') length += (size_t)sprintf(text + length, "@%020llu@", (unsigned long long)now_ns());
    if (*p == 'd') length += (size_t)sprintf(text + length, "%d", c->room);
    if (*p == 'n') length += (size_t)sprintf(text + length, "%d", c->number);
  }
  return length;
}

static void speak(struct client *c) {
  char text[8192];
  size_t length = fill(c, option.message ? option.message : "%t", text, sizeof text);
  if (!option.message)
    while ((int)length < option.size && length < sizeof text) text[length++] = 'x';
  frame(c, 1, text, length);
  outstanding[c->room]++;
  sent++;
  if (measuring) measured_sent++;
  push(c);
}

// Goes on with the hand-shake as far as what was received allows.
static void shake_hands(struct client *c, const char *text, size_t length) {
  while (c->step < step_count) {
    const char *expected = step_expects[c->step];
    if (*expected && (!text || !memmem(text, length, expected, strlen(expected)))) return;
    char filled[8192];
    size_t count = fill(c, step_sends[c->step++], filled, sizeof filled);
    if (count > 0) frame(c, 1, filled, count);
    text = NULL;
    push(c);
  }
  if (!c->ready) {
    c->ready = 1;
    ready_count++;
  }
}

// The time stamp in a text, or NULL: "@", twenty digits, "@".
static const char *stamp_in(const char *text, const char *end) {
  for (const char *at = text; (at = memchr(at, '@', (size_t)(end - at))) && end - at >= 22; at++)
    if (at[21] == '@' && strspn(at + 1, "0123456789") == 20) return at;
  return NULL;
}

static void heard_stamp(struct client *c, const char *at) {
  uint64_t then = 0;
  for (int i = 1; i <= 20; i++) then = then * 10 + (uint64_t)(at[i] - '0');
  if (then < started) return;  // of an earlier run: servers tell newcomers what was said before
  if (measuring) {
    uint64_t bucket = (now_ns() - then) / 10000;
    histogram[bucket > BUCKETS ? BUCKETS : bucket]++;
    received++;
  }
  if (c->speaker) {
    outstanding[c->room]--;
    if (option.window && outstanding[c->room] < option.window) speak(c);
  }
}

static void heard(struct client *c, const char *text, size_t length) {
  if (!c->ready) shake_hands(c, text, length);
  const char *at = stamp_in(text, text + length);
  if (at) heard_stamp(c, at);
}

// A stream without frames: answers of the hand-shake are looked for in all that has come, then only time stamps.
static void take_raw(struct client *c) {
  if (!c->ready) {
    int before = c->step;
    shake_hands(c, c->in, c->in_count);
    if (c->step > before) c->in_count = 0;
    if (c->in_count > IN_SIZE - 4096) c->in_count = 0;
    return;
  }
  const char *text = c->in, *end = c->in + c->in_count, *at;
  while ((at = stamp_in(text, end))) {
    heard_stamp(c, at);
    text = at + 22;
  }
  size_t rest = (size_t)(end - text) < 22 ? (size_t)(end - text) : 22;
  memmove(c->in, end - rest, rest);
  c->in_count = rest;
}

static void take_frames(struct client *c) {
  size_t at = 0;
  while (c->in_count - at >= 2) {
    const unsigned char *p = (unsigned char *)c->in + at;
    size_t length = p[1] & 0x7f, head = 2;
    if (length == 126) {
      if (c->in_count - at < 4) break;
      length = (size_t)p[2] << 8 | p[3];
      head = 4;
    } else if (length == 127) {
      fprintf(stderr, "fanout_client: message too long\n");
      exit(1);
    }
    if (c->in_count - at < head + length) break;
    int opcode = p[0] & 0x0f;
    if (opcode == 1) heard(c, c->in + at + head, length);
    if (opcode == 9) {
      frame(c, 10, c->in + at + head, length);
      push(c);
    }
    if (opcode == 8) lose(c);
    if (c->fd < 0) return;
    at += head + length;
  }
  memmove(c->in, c->in + at, c->in_count - at);
  c->in_count -= at;
}

static void readable(struct client *c) {
  ssize_t n = recv(c->fd, c->in + c->in_count, IN_SIZE - c->in_count, 0);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) {
    lose(c);
    return;
  }
  c->in_count += (size_t)n;
  if (option.raw) {
    take_raw(c);
    return;
  }
  if (!c->open) {
    char *end = memmem(c->in, c->in_count, "\r\n\r\n", 4);
    if (!end) return;
    if (strncmp(c->in, "HTTP/1.1 101", 12) != 0) {
      fprintf(stderr, "fanout_client: refused: %.*s\n", 40, c->in);
      exit(1);
    }
    size_t used = (size_t)(end + 4 - c->in);
    memmove(c->in, c->in + used, c->in_count - used);
    c->in_count -= used;
    c->open = 1;
    open_count++;
    shake_hands(c, NULL, 0);
  }
  take_frames(c);
}

static void connect_client(int number, struct addrinfo *to) {
  struct client *c = &clients[number];
  c->number = number;
  c->room = number % option.rooms;
  c->speaker = number < option.rooms;
  c->in = malloc(IN_SIZE);
  c->out = malloc(OUT_SIZE);
  c->fd = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (c->fd < 0 || connect(c->fd, to->ai_addr, to->ai_addrlen) < 0) fail("connect");
  fcntl(c->fd, F_SETFL, O_NONBLOCK);
  int one = 1;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &e) < 0) fail("epoll_ctl");
  if (option.raw) {
    c->open = 1;
    open_count++;
    shake_hands(c, NULL, 0);
    return;
  }
  char path[512];
  snprintf(path, sizeof path, option.path, c->room);
  char origin[512];
  if (option.origin) {
    snprintf(origin, sizeof origin, "%s", option.origin);
  } else {
    snprintf(origin, sizeof origin, "http://%s:%s", option.host, option.port);
  }
  c->out_count = (size_t)snprintf(
      c->out, OUT_SIZE,
      "GET %s HTTP/1.1\r\nHost: %s:%s\r\nOrigin: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n%s%s%s\r\n",
      path, option.host, option.port, origin, number < cookie_count ? "Cookie: " : "",
      number < cookie_count ? cookie[number] : "", number < cookie_count ? "\r\n" : "");
  push(c);
}

static void poll_until(uint64_t end, int wanted_open) {
  struct epoll_event events[256];
  uint64_t step = option.rate > 0 ? (uint64_t)(1e9 / option.rate) : 0, next = now_ns();
  static int turn;
  for (;;) {
    uint64_t now = now_ns();
    if (now >= end || (wanted_open && ready_count >= wanted_open)) return;
    int wait = 100;
    if (step && !wanted_open) {
      while (next <= now) {
        struct client *c = &clients[turn++ % option.rooms];
        if (c->fd >= 0) speak(c);
        next += step;
      }
      wait = (int)((next - now) / 1000000);
    }
    if ((uint64_t)wait * 1000000 > end - now) wait = (int)((end - now) / 1000000);
    int n = epoll_wait(epoll, events, 256, wait);
    for (int i = 0; i < n; i++) {
      struct client *c = events[i].data.ptr;
      if (c->fd >= 0 && (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))) readable(c);
      if (c->fd >= 0 && (events[i].events & EPOLLOUT)) push(c);
    }
  }
}

static double percentile(double part) {
  uint64_t total = 0, seen = 0;
  for (int i = 0; i <= BUCKETS; i++) total += histogram[i];
  for (int i = 0; i <= BUCKETS; i++) {
    seen += histogram[i];
    if (total && (double)seen >= part * (double)total) return i / 100.0;
  }
  return 0;
}

static void read_script(void) {
  FILE *file = fopen(option.script, "r");
  if (!file) fail(option.script);
  char line[4096];
  while (step_count < 32 && fgets(line, sizeof line, file)) {
    line[strcspn(line, "\r\n")] = 0;
    char *tab = strchr(line, '\t');
    if (!tab) continue;
    *tab = 0;
    step_expects[step_count] = strdup(line);
    step_sends[step_count++] = strdup(tab + 1);
  }
  fclose(file);
}

// CPU seconds of the processes of --pids so far, the kernel's part counted; 0 without.
static double server_seconds(void) {
  double sum = 0;
  for (const char *p = option.pids; p && *p; p += strcspn(p, ","), p += *p == ',') {
    char name[64], line[1024];
    snprintf(name, sizeof name, "/proc/%d/stat", atoi(p));
    FILE *file = fopen(name, "r");
    if (!file) fail(name);
    unsigned long user = 0, kernel = 0;
    if (fgets(line, sizeof line, file) && strrchr(line, ')'))
      sscanf(strrchr(line, ')') + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel);
    fclose(file);
    sum += (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
  }
  return sum;
}

// Resident memory of the first process of --pids in KiB; 0 without.
static long server_kib(void) {
  char name[64];
  long pages = 0;
  if (!option.pids) return 0;
  snprintf(name, sizeof name, "/proc/%d/statm", atoi(option.pids));
  FILE *file = fopen(name, "r");
  if (!file) fail(name);
  if (fscanf(file, "%*d %ld", &pages) != 1) pages = 0;
  fclose(file);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void read_cookies(void) {
  FILE *file = fopen(option.cookies, "r");
  if (!file) fail(option.cookies);
  char line[4096];
  cookie = calloc((size_t)client_count, sizeof *cookie);
  while (cookie_count < client_count && fgets(line, sizeof line, file)) {
    line[strcspn(line, "\r\n")] = 0;
    cookie[cookie_count++] = strdup(line);
  }
  fclose(file);
}

static void read_options(int count, char **words) {
  for (int i = 1; i < count; i += 2) {
    const char *name = words[i], *value = i + 1 < count ? words[i + 1] : NULL;
    if (!value) {
      fprintf(stderr,
              "usage: fanout_client [--host H] [--port P] [--path '/live?%%d'] [--rooms N] [--per-room N]\n"
              "  [--window N | --rate N] [--seconds S] [--warm-up S] [--settle S] [--size BYTES] [--origin URL]\n"
              "  [--hello TEXT] [--message TEXT] [--cookies FILE] [--raw 1] [--script FILE] [--pids A,B]\n"
              "%%d is the room, %%n the client, %%t in a message the time stamp; one cookie per line and client.\n");
      exit(64);
    }
    if (!strcmp(name, "--host")) option.host = value;
    else if (!strcmp(name, "--port")) option.port = value;
    else if (!strcmp(name, "--path")) option.path = value;
    else if (!strcmp(name, "--hello")) option.hello = value;
    else if (!strcmp(name, "--message")) option.message = value;
    else if (!strcmp(name, "--cookies")) option.cookies = value;
    else if (!strcmp(name, "--origin")) option.origin = value;
    else if (!strcmp(name, "--script")) option.script = value;
    else if (!strcmp(name, "--pids")) option.pids = value;
    else if (!strcmp(name, "--raw")) option.raw = atoi(value);
    else if (!strcmp(name, "--rooms")) option.rooms = atoi(value);
    else if (!strcmp(name, "--per-room")) option.per_room = atoi(value);
    else if (!strcmp(name, "--window")) option.window = atoi(value);
    else if (!strcmp(name, "--size")) option.size = atoi(value);
    else if (!strcmp(name, "--rate")) option.rate = atof(value);
    else if (!strcmp(name, "--seconds")) option.seconds = atof(value);
    else if (!strcmp(name, "--warm-up")) option.warm_up = atof(value);
    else if (!strcmp(name, "--settle")) option.settle = atof(value);
    else {
      fprintf(stderr, "fanout_client: unknown option %s\n", name);
      exit(64);
    }
  }
  if (option.rooms < 1 || option.per_room < 1 || option.size > 8000) {
    fprintf(stderr, "fanout_client: rooms and per-room at least 1, size at most 8000\n");
    exit(64);
  }
}

int main(int count, char **words) {
  read_options(count, words);
  client_count = option.rooms * option.per_room;
  clients = calloc((size_t)client_count, sizeof *clients);
  outstanding = calloc((size_t)option.rooms, sizeof *outstanding);
  if (option.cookies) read_cookies();
  if (option.script) read_script();
  if (option.hello) {
    step_expects[step_count] = "";
    step_sends[step_count++] = (char *)option.hello;
  }
  struct addrinfo hint = {.ai_socktype = SOCK_STREAM}, *to;
  if (getaddrinfo(option.host, option.port, &hint, &to) != 0) fail("getaddrinfo");
  struct rlimit files = {65536, 65536};
  if (client_count > 900) setrlimit(RLIMIT_NOFILE, &files);
  epoll = epoll_create1(EPOLL_CLOEXEC);
  long kib_before = server_kib();
  uint64_t begin = started = now_ns();
  for (int i = 0; i < client_count; i++) {
    connect_client(i, to);
    if ((i + 1) % option.sockets_at_once == 0) poll_until(begin + 40000000000u, i + 1);
  }
  poll_until(begin + 40000000000u, client_count);
  double opening = (double)(now_ns() - begin) / 1e9;
  if (ready_count < client_count) {
    fprintf(stderr, "fanout_client: only %d of %d came in, %d were turned away\n", ready_count, client_count, lost_count);
    return 1;
  }
  double rate = option.rate;
  option.rate = 0;
  poll_until(now_ns() + (uint64_t)(option.settle * 1e9), 0);
  option.rate = rate;
  long kib_connected = server_kib();
  for (int i = 0; i < option.rooms; i++)
    for (int k = 0; k < option.window; k++) speak(&clients[i]);
  poll_until(now_ns() + (uint64_t)(option.warm_up * 1e9), 0);
  measuring = 1;
  uint64_t start = now_ns();
  double used = server_seconds();
  poll_until(start + (uint64_t)(option.seconds * 1e9), 0);
  double took = (double)(now_ns() - start) / 1e9;
  used = server_seconds() - used;
  printf("{\"clients\":%d,\"rooms\":%d,\"lost\":%d,\"open_s\":%.3f,\"sent\":%llu,\"received\":%llu,"
         "\"deliveries_per_s\":%.0f,\"server_cpu_s\":%.2f,\"p50_ms\":%.2f,\"p99_ms\":%.2f,"
         "\"kib_per_connection\":%.1f}\n",
         client_count, option.rooms, lost_count, opening, (unsigned long long)measured_sent,
         (unsigned long long)received, (double)received / took, used, percentile(0.5), percentile(0.99),
         (double)(kib_connected - kib_before) / client_count);
  return 0;
}
