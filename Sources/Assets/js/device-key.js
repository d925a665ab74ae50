// The key of this browser: made here, kept in IndexedDB, never readable, not even by this page.
//
// A session is bound to its public half at sign-in, so a stolen cookie opens no lesson on another device.

const algorithm = { name: "ECDSA", namedCurve: "P-256" };
const place = { database: "lopan", store: "keys" };

let pair;

/** The public key as base64url of its 65-byte point. Throws where the browser has no WebCrypto or storage. */
export async function publicKey() {
  const { publicKey: key } = await keys();
  return base64url(await crypto.subtle.exportKey("raw", key));
}

/** The signature of a text (SHA-256; r and s, 64 bytes) as base64url. */
export async function sign(text) {
  const { privateKey } = await keys();
  const hash = { name: "ECDSA", hash: "SHA-256" };
  return base64url(await crypto.subtle.sign(hash, privateKey, new TextEncoder().encode(text)));
}

function keys() {
  pair ??= find().catch((error) => {
    pair = undefined;
    throw error;
  });
  return pair;
}

async function find() {
  const database = await open();
  try {
    const known = await done(database.transaction(place.store).objectStore(place.store).get(location.origin));
    if (known) return known;
    const made = await crypto.subtle.generateKey(algorithm, false, ["sign", "verify"]);
    return await keepFirst(database, made);
  } finally {
    database.close();
  }
}

/** Two tabs may make a key at the same moment: the one that was written first is the browser's key. */
async function keepFirst(database, made) {
  const store = database.transaction(place.store, "readwrite").objectStore(place.store);
  const other = await done(store.get(location.origin));
  if (other) return other;
  await done(store.put(made, location.origin));
  return made;
}

function open() {
  const request = indexedDB.open(place.database, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(place.store);
  return done(request);
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("storage is blocked"));
  });
}

function base64url(bytes) {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
