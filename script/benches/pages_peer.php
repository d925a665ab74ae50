<?php
// The peer of the pages bench: the three pages with the queries of our own handlers, over a copy of the same database.
// What stands in %%…%% is filled in by script/benches/pages from our own pages, so that the markup is the same byte for byte.

$db = new PDO('sqlite:%%DATABASE%%', null, null, [PDO::ATTR_PERSISTENT => %%PERSISTENT%%]);
$db->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
$db->exec('PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000');
$now = time();
$zone = new DateTimeZone('Asia/Ho_Chi_Minh');
$day = (new DateTimeImmutable("@$now"))->setTimezone($zone)->format('Y-m-d');

function ask(string $sql, array $values): array {
  global $db;
  $statement = $db->prepare($sql);
  $statement->execute($values);
  return $statement->fetchAll(PDO::FETCH_NUM);
}

function run(string $sql, array $values): void {
  global $db;
  $db->prepare($sql)->execute($values);
}

function h(string $text): string { return htmlspecialchars($text, ENT_QUOTES | ENT_HTML5); }
function marks(array $list): string { return $list ? implode(', ', array_fill(0, count($list), '?')) : 'NULL'; }

function clock(int $at): string {
  global $zone;
  return (new DateTimeImmutable("@$at"))->setTimezone($zone)->format('G:i');
}

// Who asks: the session, then all roles.
function viewer(): ?array {
  global $now, $day;
  $token = $_COOKIE['lopan-plain'] ?? null;
  if ($token === null) return null;
  $rows = ask("SELECT session.id, account.id, person.id, person.name, account.unit_id, account.verified_at,
    session.second_factor_at, second_factor.confirmed_at, session.last_seen_at, session.device_key
    FROM session
    JOIN account ON account.id = session.account_id
    JOIN person ON person.id = account.person_id
    LEFT JOIN second_factor ON second_factor.account_id = account.id
    WHERE session.token_hash = ? AND session.ended_at IS NULL AND account.state = 'active'", [hash('sha256', $token)]);
  if (!$rows || $now - $rows[0][8] >= ($rows[0][7] !== null ? 43200 : 2592000)) return null;
  return ['person' => $rows[0][2], 'name' => $rows[0][3], 'roles' => memberships($rows[0][2])];
}

function memberships(string $person): array {
  global $day;
  $d = [$person, $day, $day];
  return ask("SELECT 'pupil', school_class.unit_id, school_class.id, NULL, NULL
    FROM class_enrolment JOIN school_class ON school_class.id = class_enrolment.class_id
    WHERE class_enrolment.person_id = ? AND class_enrolment.valid_from <= ?
      AND (class_enrolment.valid_to IS NULL OR class_enrolment.valid_to > ?)
    UNION ALL
    SELECT 'guardian', school_class.unit_id, school_class.id, guardian_relation.child_id, NULL
    FROM guardian_relation
    JOIN class_enrolment ON class_enrolment.person_id = guardian_relation.child_id
    JOIN school_class ON school_class.id = class_enrolment.class_id
    WHERE guardian_relation.guardian_id = ? AND guardian_relation.valid_from <= ?
      AND (guardian_relation.valid_to IS NULL OR guardian_relation.valid_to > ?)
      AND class_enrolment.valid_from <= ?
      AND (class_enrolment.valid_to IS NULL OR class_enrolment.valid_to > ?)
    UNION ALL
    SELECT teaching_assignment.kind, school_class.unit_id, school_class.id, NULL, NULL
    FROM teaching_assignment JOIN school_class ON school_class.id = teaching_assignment.class_id
    WHERE teaching_assignment.person_id = ? AND teaching_assignment.valid_from <= ?
      AND (teaching_assignment.valid_to IS NULL OR teaching_assignment.valid_to > ?)
    UNION ALL
    SELECT unit_function.function, unit_function.unit_id, NULL, NULL, unit_attribute.kind
    FROM unit_function JOIN unit_attribute ON unit_attribute.unit_id = unit_function.unit_id
    WHERE unit_function.holder_id = ? AND unit_function.valid_from <= ?
      AND (unit_function.valid_to IS NULL OR unit_function.valid_to > ?)
      AND unit_attribute.valid_from <= ? AND (unit_attribute.valid_to IS NULL OR unit_attribute.valid_to > ?)",
    [...$d, ...$d, $day, $day, ...$d, ...$d, $day, $day]);
}

const LESSON = "SELECT lesson.id, lesson.unit_id, lesson.class_id, lesson.subject_id, lesson.teacher_id, lesson.starts_at,
  lesson.ends_at, lesson.opening_minutes, lesson_cancellation.at
  FROM lesson LEFT JOIN lesson_cancellation ON lesson_cancellation.lesson_id = lesson.id ";

// The subject's name and who is in charge, as our timetable asks for them.
function plan(?array $row): ?array {
  if (!$row) return null;
  $names = ask('SELECT id, name FROM subject WHERE id IN (?)', [$row[3]]);
  $decisions = ask('SELECT lesson_id, absent_id, class_id, first_day, last_day, substitute_id, decided_by, decided_at,
    withdrawn_at FROM substitute_decision WHERE lesson_id IN (?) OR absent_id IN (?)', [$row[0], $row[4]]);
  $row[9] = $names[0][1] ?? '';
  foreach ($decisions as $one) if ($one[0] === $row[0] && $one[8] === null) $row[4] = $one[5];
  return $row;
}

function facts(string $class): array {
  return ask('SELECT school_class.id, school_class.unit_id, school_class.year_id, school_year.name, school_class.grade,
    school_class.name FROM school_class JOIN school_year ON school_year.id = school_class.year_id
    WHERE school_class.id IN (?)', [$class])[0];
}

function home(array $viewer): void {
  global $now;
  $unread = ask("SELECT id, unit_id, recipient_person_id, kind, cause_id, subject, body, link, urgency, created_at, expires_at,
    read_at, attempts FROM outbox_message
    WHERE recipient_person_id = ? AND channel = 'page' AND sent_at IS NOT NULL AND read_at IS NULL
    ORDER BY created_at DESC, id DESC LIMIT 20", [$viewer['person']]);
  $classes = array_column(array_filter($viewer['roles'], fn($role) => $role[0] === 'pupil'), 2);
  $lesson = plan(ask(LESSON . 'WHERE lesson.class_id IN (' . marks($classes) . ') AND lesson.ends_at > ?
    AND lesson.starts_at < ? AND lesson_cancellation.at IS NULL ORDER BY lesson.starts_at, lesson.id LIMIT 1',
    [...$classes, $now, $now + 60 * 86400])[0] ?? null);
  $teacher = ask('SELECT id, name FROM person WHERE id IN (?)', [$lesson[4]])[0][1] ?? '';
  $class = facts($lesson[2])[5];
  if ($now >= $lesson[5]) {
    $when = 'Đang học, đến ' . clock($lesson[6]);
  } else {
    $when = clock($lesson[5]) . ', còn ' . intdiv($lesson[5] - $now + 59, 60) . ' phút';
  }
  ?>%%HOME%%<?php
}

function lesson(array $viewer, string $id): void {
  global $now, $day;
  $lesson = plan(ask(LESSON . 'WHERE lesson.id = ?', [$id])[0] ?? null);
  $class = facts($lesson[2])[5];
  $above = ask("WITH RECURSIVE above (unit_id, depth) AS (
      SELECT parent_id, 1 FROM unit_edge
      WHERE child_id = ? AND kind IN ('administrative', 'professional', 'directly_managed')
        AND valid_from <= ? AND (valid_to IS NULL OR valid_to > ?)
      UNION
      SELECT unit_edge.parent_id, above.depth + 1 FROM unit_edge JOIN above ON unit_edge.child_id = above.unit_id
      WHERE above.depth < 12 AND unit_edge.kind IN ('administrative', 'professional', 'directly_managed')
        AND unit_edge.valid_from <= ? AND (unit_edge.valid_to IS NULL OR unit_edge.valid_to > ?)
    )
    SELECT unit_id FROM above GROUP BY unit_id ORDER BY min(depth), unit_id", [$lesson[1], $day, $day, $day, $day]);
  $roles = memberships($viewer['person']);
  $place = ask('SELECT person_id, class_id, order_number, valid_from, valid_to FROM class_enrolment
    WHERE person_id = ? AND class_id = ? AND valid_from <= ? AND (valid_to IS NULL OR valid_to > ?)',
    [$viewer['person'], $lesson[2], $day, $day]);
  if (!$place) { http_response_code(403); return; }
  $head = ask('SELECT phase, opened_at, ended_at, alive_at FROM live_lesson WHERE lesson_id = ?', [$id]);
  $opens = $lesson[5] - 60 * $lesson[7];
  ?>%%LESSON%%<?php
}

function uuid(): string {
  $hex = str_pad(dechex((int) (microtime(true) * 1000)), 12, '0', STR_PAD_LEFT) . '7' . substr(bin2hex(random_bytes(2)), 1)
    . dechex(8 + random_int(0, 3)) . substr(bin2hex(random_bytes(8)), 1);
  return implode('-', [substr($hex, 0, 8), substr($hex, 8, 4), substr($hex, 12, 4), substr($hex, 16, 4), substr($hex, 20, 12)]);
}

function sign_in(): void {
  global $db, $now;
  $login = substr(strtolower(trim($_POST['login'] ?? '')), 0, 60);
  $address = $_SERVER['REMOTE_ADDR'];
  [$failures, $last] = ask('SELECT count(*), max(at) FROM sign_in_attempt
    WHERE login = ? AND known = 0 AND succeeded = 0 AND at > ?
      AND at >= COALESCE((SELECT max(at) FROM sign_in_attempt WHERE login = ? AND known = 0 AND succeeded = 1), 0)',
    [$login, $now - 3600, $login])[0];
  [$failed, $succeeded] = ask('SELECT count(DISTINCT CASE WHEN succeeded = 0 AND at > ? THEN login END),
      count(DISTINCT CASE WHEN succeeded = 1 THEN login END)
    FROM sign_in_attempt WHERE address = ? AND at > ?', [$now - 600, $address, $now - 86400])[0];
  $account = ask('SELECT id, person_id, unit_id, state, password_hash FROM account WHERE login = ?', [$login])[0] ?? null;
  if ($failures >= 5 || $failed >= 20 + 2 * $succeeded) { http_response_code(429); return; }
  if (!$account || !password_verify($_POST['password'] ?? '', $account[4]) || $account[3] !== 'active') {
    http_response_code(403);
    return;
  }
  [$token, $device, $session] = [rtrim(strtr(base64_encode(random_bytes(32)), '+/', '-_'), '='),
    rtrim(strtr(base64_encode(random_bytes(32)), '+/', '-_'), '='), uuid()];
  $db->exec('BEGIN IMMEDIATE');
  run('INSERT INTO session (id, account_id, token_hash, device_key, device_label, address, created_at, last_seen_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    [$session, $account[0], hash('sha256', $token), null, 'Trình duyệt trên thiết bị khác', $address, $now, $now]);
  run('INSERT INTO sign_in_attempt (id, login, address, known, at, succeeded) VALUES (?, ?, ?, 0, ?, 1)',
    [uuid(), $login, $address, $now]);
  run('DELETE FROM sign_in_attempt WHERE at < ? AND login = ?', [$now - 2 * 86400, $login]);
  run('INSERT INTO known_device (token_hash, account_id, last_success) VALUES (?, ?, ?)
    ON CONFLICT (token_hash, account_id) DO UPDATE SET last_success = ?', [hash('sha256', $device), $account[0], $now, $now]);
  publish('session.opened', $account[2], $account[1], $session, json_encode(['address' => $address]));
  $db->exec('COMMIT');
  setcookie('lopan-plain', $token, ['path' => '/', 'httponly' => true, 'samesite' => 'Lax', 'expires' => $now + 2592000]);
  setcookie('lopan-device-plain', $device, ['path' => '/', 'httponly' => true, 'samesite' => 'Lax', 'expires' => $now + 34560000]);
  header('Location: /', true, 303);
}

// One event in the unit's chain: the same hash over the same fields.
function publish(string $name, string $unit, string $actor, string $subject, string $body): void {
  global $now;
  [$number, $at, $hash] = ask('UPDATE ledger_head SET number = number + 1 WHERE unit_id = ? RETURNING number, at, hash', [$unit])[0];
  $at = max($at, $now);
  $bytes = '';
  foreach ([$hash, $unit, (string) $number, (string) $at, $name, $actor, $subject, $body] as $field) {
    $bytes .= pack('J', strlen($field)) . $field;
  }
  $hash = hash('sha256', $bytes);
  run('INSERT INTO ledger_event (unit_id, number, at, name, actor_id, subject_id, body, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    [$unit, $number, $at, $name, $actor, $subject, $body, $hash]);
  run('UPDATE ledger_head SET at = ?, hash = ? WHERE unit_id = ?', [$at, $hash, $unit]);
}

header('Cache-Control: no-store');
header('Content-Type: text/html; charset=utf-8');
header("Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
  . "media-src 'self' blob:; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
header('X-Content-Type-Options: nosniff');
header('Referrer-Policy: same-origin');
$path = strtok($_SERVER['REQUEST_URI'], '?');
if ($path === '/sign-in') {
  ?>%%SIGNIN%%<?php
} elseif ($path === '/sessions') {
  sign_in();
} elseif (!($viewer = viewer())) {
  header('Location: /sign-in', true, 303);
} elseif ($path === '/') {
  home($viewer);
} else {
  lesson($viewer, substr($path, 9));
}
