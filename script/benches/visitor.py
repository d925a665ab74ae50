"""A visitor of the demo school without a browser: signs in, opens pages, counts what a first visit loads."""
import re
import http.client
import urllib.parse

PASSWORD = "sao biển xanh 2026"


class Visitor:
    """One person's cookies on one connection."""

    def __init__(self, port):
        self.host = f"127.0.0.1:{port}"
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies = {}

    def ask(self, method, path, form=None, gzip=False):
        """Status, headers and body as sent."""
        headers = {"Origin": f"http://{self.host}"}
        if self.cookies:
            headers["Cookie"] = self.cookie()
        if gzip:
            headers["Accept-Encoding"] = "gzip"
        body = urllib.parse.urlencode(form) if form is not None else None
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.line.request(method, path, body, headers)
        answer = self.line.getresponse()
        data = answer.read()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";")[0]
        return answer.status, answer.getheaders(), data

    def cookie(self):
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def sign_in(self, login, password=PASSWORD):
        status, _, data = self.ask("POST", "/sessions", {"login": login, "password": password, "next": "/"})
        if status != 303:
            raise RuntimeError(f"{login} could not sign in: {status} {data[:200]!r}")
        return self

    def page(self, path):
        status, _, data = self.ask("GET", path)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
        return data.decode()

    def lesson(self):
        """The address of the lesson that the first page leads to."""
        found = re.search(r'href="(/lessons/[0-9a-f-]{36})"', self.page("/"))
        if not found:
            raise RuntimeError("the demo has no lesson around now (none is made shortly before midnight)")
        return found.group(1)

    def first_load(self, path):
        """Bytes of a page and of all that it names from our origin, headers and bodies as sent to a browser that takes gzip.

        Fails when it names anything from elsewhere."""
        seen, total, look = {path}, 0, [path]
        while look:
            address = look.pop()
            status, headers, data = self.ask("GET", address, gzip=True)
            if status != 200:
                raise RuntimeError(f"{address} answered {status}")
            total += len(data) + sum(len(name) + len(value) + 4 for name, value in headers)
            text = self.ask("GET", address)[2].decode()
            for named in references(text, address):
                if not named.startswith("/"):
                    raise RuntimeError(f"{address} names {named}, which is not ours")
                if named not in seen:
                    seen.add(named)
                    look.append(named)
        return total, len(seen)


def references(text, address):
    """What a browser loads by itself because a page, a style sheet or a module names it."""
    if address.endswith(".css"):
        named = re.findall(r'url\(["\']?([^"\')]+)', text) + re.findall(r'@import\s+["\']([^"\']+)', text)
    elif address.endswith(".js"):
        named = re.findall(r'(?:from|import)\s*\(?\s*["\']([^"\']+)["\']', text)
        named += re.findall(r'new URL\(["\']([^"\']+)["\'], import\.meta\.url\)', text)
    elif address.endswith(".svg"):
        named = []
    else:
        named = re.findall(r'<(?:link|script|img|use|source|video|audio)\b[^>]*?\b(?:href|src)="([^"]+)"', text)
    return {urllib.parse.urljoin(address, one.split("#")[0]) for one in named if not one.startswith("data:")}
