-- The first schema. Times are milliseconds since 1970 in UTC; digests are lower-case hex; lists inside a row are JSON.
-- Words that will get company (roles, kinds of jobs) are checked by the program alone, because SQLite cannot widen a CHECK.

CREATE TABLE tokens (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    role       TEXT NOT NULL,
    hash       TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL
) STRICT;

-- `fold` is the name in lower case: two models never differ in upper and lower case alone.
CREATE TABLE models (
    id         INTEGER PRIMARY KEY,
    repo       TEXT NOT NULL UNIQUE,
    fold       TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;

-- The ids grow, so the newest revision of a model is the one with the largest id. AUTOINCREMENT: an id never returns.
-- `barred`: a person refused this tree once; the rules alone never admit it again.
CREATE TABLE revisions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    model_id     INTEGER NOT NULL REFERENCES models (id),
    revision     TEXT NOT NULL UNIQUE CHECK (length(revision) = 40),
    parent       TEXT,
    tree_digest  TEXT NOT NULL CHECK (length(tree_digest) = 64),
    state        TEXT NOT NULL CHECK (state IN ('scanning', 'held', 'admitted', 'denied', 'withdrawn')),
    verdict      TEXT CHECK (verdict IN ('clean', 'unknown', 'unreadable', 'malicious')),
    barred       INTEGER NOT NULL DEFAULT 0 CHECK (barred IN (0, 1)),
    message      TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    created_by   TEXT NOT NULL,
    -- The rule that no bug of the program may break: what is admitted was scanned and is neither malicious nor unreadable.
    CHECK (state <> 'admitted' OR (verdict IS NOT NULL AND verdict IN ('clean', 'unknown')))
) STRICT;
CREATE INDEX revisions_of_model ON revisions (model_id, id);
CREATE INDEX revisions_by_state ON revisions (model_id, state, id);
CREATE INDEX revisions_by_tree ON revisions (tree_digest);

CREATE TABLE files (
    revision_id INTEGER NOT NULL REFERENCES revisions (id),
    path        TEXT NOT NULL,
    sha256      TEXT NOT NULL CHECK (length(sha256) = 64),
    size        INTEGER NOT NULL CHECK (size >= 0),
    git_oid     TEXT CHECK (length(git_oid) = 40),
    verdict     TEXT CHECK (verdict IN ('clean', 'unknown', 'unreadable', 'malicious')),
    PRIMARY KEY (revision_id, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX files_by_digest ON files (sha256);

CREATE TABLE reports (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    revision_id  INTEGER NOT NULL REFERENCES revisions (id),
    rules_digest TEXT NOT NULL,
    report       TEXT NOT NULL,
    by           TEXT NOT NULL,
    at           INTEGER NOT NULL
) STRICT;
CREATE INDEX reports_of_revision ON reports (revision_id, id);

CREATE TABLE decisions (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    revision_id INTEGER NOT NULL REFERENCES revisions (id),
    outcome     TEXT NOT NULL CHECK (outcome IN ('allow', 'hold', 'deny')),
    reasons     TEXT NOT NULL,
    by          TEXT NOT NULL,
    why         TEXT,
    at          INTEGER NOT NULL
) STRICT;
CREATE INDEX decisions_of_revision ON decisions (revision_id, id);

CREATE TABLE uploads (
    id         TEXT PRIMARY KEY,
    repo       TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE upload_files (
    upload_id TEXT NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    path      TEXT NOT NULL,
    sha256    TEXT NOT NULL CHECK (length(sha256) = 64),
    size      INTEGER NOT NULL CHECK (size >= 0),
    git_oid   TEXT CHECK (length(git_oid) = 40),
    PRIMARY KEY (upload_id, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX upload_files_by_digest ON upload_files (sha256);

-- `fence` grows with every claim; a worker that shows an older one changes nothing.
CREATE TABLE jobs (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL,
    revision_id  INTEGER NOT NULL REFERENCES revisions (id),
    state        TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    due_at       INTEGER NOT NULL,
    leased_until INTEGER,
    worker       TEXT,
    fence        INTEGER NOT NULL DEFAULT 0,
    attempts     INTEGER NOT NULL DEFAULT 0,
    error        TEXT,
    created_at   INTEGER NOT NULL,
    CHECK ((state = 'running') = (leased_until IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX one_open_job ON jobs (kind, revision_id) WHERE state IN ('queued', 'running');
CREATE INDEX open_jobs ON jobs (kind, id) WHERE state IN ('queued', 'running');

CREATE TABLE audit (
    seq      INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    actor    TEXT NOT NULL,
    action   TEXT NOT NULL,
    subject  TEXT NOT NULL,
    detail   TEXT NOT NULL,
    previous TEXT NOT NULL CHECK (length(previous) = 64),
    hash     TEXT NOT NULL CHECK (length(hash) = 64)
) STRICT;

-- The length and the last hash of the chain, so that rows cut off at its end are noticed.
CREATE TABLE audit_head (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    rows INTEGER NOT NULL,
    hash TEXT NOT NULL CHECK (length(hash) = 64)
) STRICT;
INSERT INTO audit_head (id, rows, hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

-- Against accidents; who can write to the file can drop these, and the chain shows it.
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_never_cut BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
