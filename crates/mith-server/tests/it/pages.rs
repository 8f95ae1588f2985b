//! The pages: who sees them, what they escape, and which forms they obey.

use crate::support::{Answer, MALICIOUS_PICKLE, TestServer};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Somebody who is logged in.
struct Browser<'a> {
    server: &'a TestServer,
    cookie: String,
}

impl<'a> Browser<'a> {
    async fn log_in(server: &'a TestServer) -> Self {
        let answer = post_login(server, &server.token, "/").await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        let cookie = answer.header("set-cookie").unwrap();
        let cookie = cookie.split_once(';').unwrap().0.to_owned();
        Self { server, cookie }
    }

    async fn get(&self, path: &str) -> Answer {
        self.server
            .anonymous("GET", path)
            .header("cookie", &self.cookie)
            .send()
            .await
    }

    async fn post(&self, path: &str, form: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self
            .server
            .anonymous("POST", path)
            .header("cookie", &self.cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.body(form.as_bytes().to_vec()).send().await
    }

    async fn csrf(&self) -> String {
        let page = self.get("/").await.text();
        let (_, rest) = page.split_once("name=\"csrf\" value=\"").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    }
}

async fn post_login(server: &TestServer, token: &str, next: &str) -> Answer {
    server
        .anonymous("POST", "/login")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("token={token}&next={next}").into_bytes())
        .send()
        .await
}

#[tokio::test]
async fn a_stranger_sees_the_login_and_nothing_else() {
    let server = TestServer::start().await;
    server
        .add_and_wait("acme/secret-name", &[("a.txt", b"a")])
        .await;
    for path in [
        "/",
        "/?search=acme",
        "/models/acme/secret-name",
        "/models/acme/secret-name/revisions/latest",
        "/rules",
        "/rules/pickle-known-gadget",
        "/audit",
    ] {
        for cookie in ["", "mith_session=", "mith_session=0000", "other=1"] {
            let answer = server
                .anonymous("GET", path)
                .header("cookie", cookie)
                .send()
                .await;
            assert_eq!(answer.status, 303, "{path}");
            assert!(
                answer
                    .header("location")
                    .unwrap()
                    .starts_with("/login?next=%2F")
            );
            assert!(!answer.text().contains("secret-name"), "{path}");
        }
    }
    let fragment = server
        .anonymous("GET", "/")
        .header("hx-request", "true")
        .send()
        .await;
    assert_eq!(fragment.status, 401);
    assert!(fragment.header("hx-redirect").is_some());
    let login = server.anonymous("GET", "/login?next=/audit").send().await;
    assert!(login.text().contains("value=\"/audit\""));
}

#[tokio::test]
async fn a_session_is_a_random_cookie_that_scripts_do_not_see() {
    let server = TestServer::start().await;
    let refused = post_login(&server, &format!("hf_{}", "A".repeat(40)), "/").await;
    assert_eq!((refused.status, refused.header("set-cookie")), (401, None));
    let first = post_login(&server, &server.token, "/audit").await;
    assert_eq!(
        (first.status, first.header("location")),
        (303, Some("/audit"))
    );
    let cookie = first.header("set-cookie").unwrap();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(
        !cookie.contains(&server.token) && !cookie.contains("hf_"),
        "{cookie}"
    );
    let second = post_login(&server, &server.token, "/").await;
    assert_ne!(first.header("set-cookie"), second.header("set-cookie"));
    let foreign = post_login(&server, &server.token, "//example.org").await;
    assert_eq!(foreign.header("location"), Some("/"));
}

#[tokio::test]
async fn a_session_opens_pages_and_not_the_api() {
    let server = TestServer::start().await;
    let browser = Browser::log_in(&server).await;
    assert_eq!(browser.get("/").await.status, 200);
    for path in [
        "/api/mith/v1/models",
        "/api/whoami-v2",
        "/acme/x/resolve/main/a",
    ] {
        assert_eq!(browser.get(path).await.status, 401, "{path}");
    }
}

#[tokio::test]
async fn every_page_has_the_policy_and_keeps_it() {
    let server = TestServer::start().await;
    server
        .add_and_wait(
            "acme/x",
            &[("a.pkl", MALICIOUS_PICKLE), ("b.py", b"print(1)")],
        )
        .await;
    let browser = Browser::log_in(&server).await;
    for path in [
        "/",
        "/?search=nothing",
        "/login",
        "/models/acme/x",
        "/models/acme/x/revisions/latest",
        "/models/acme/none",
        "/rules",
        "/rules/pickle-known-gadget",
        "/rules/none",
        "/audit",
    ] {
        let answer = browser.get(path).await;
        assert!(
            matches!(answer.status, 200 | 404),
            "{path}: {}",
            answer.status
        );
        assert_eq!(
            answer.header("content-security-policy"),
            Some(POLICY),
            "{path}"
        );
        assert_eq!(
            answer.header("referrer-policy"),
            Some("no-referrer"),
            "{path}"
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        let html = answer.text();
        assert!(
            !html.contains("<style") && !html.contains(" style="),
            "{path}"
        );
        assert!(
            !html.contains(" onclick") && !html.contains("javascript:"),
            "{path}"
        );
        for script in html.split("<script").skip(1) {
            assert!(script.starts_with(" src=\"/static/"), "{path}: {script}");
        }
        assert!(html.contains("\"allowEval\":false"), "{path}");
    }
}

#[tokio::test]
async fn nothing_of_a_model_becomes_markup() {
    let server = TestServer::start().await;
    let name = "<img src=x onerror=alert(1)>\"'.py";
    let upload = server.open_upload("acme/x").await;
    let pickle = b"\x80\x02cposix\nsystem\nX\x19\x00\x00\x00<script>alert(1)</script>\x85R.";
    let files: [(&str, &[u8]); 2] = [(name, b"print(1)"), ("<b>.pkl", pickle)];
    for (path, bytes) in files {
        assert_eq!(server.put_file(&upload, path, bytes).await.status, 201);
    }
    let body = serde_json::json!({
        "files": crate::support::list(&files),
        "message": "<script>alert('message')</script>",
    });
    server
        .api("POST", &format!("/uploads/{upload}/commit"), &body)
        .await;
    server.wait("acme/x").await;
    let browser = Browser::log_in(&server).await;
    for path in [
        "/models/acme/x",
        "/models/acme/x/revisions/latest",
        "/",
        "/?search=%3Cscript%3Ealert(2)%3C/script%3E%22%27",
        "/audit",
        "/login?next=/%22%3E%3Cscript%3Ealert(3)%3C/script%3E",
    ] {
        let html = browser.get(path).await.text();
        for hostile in ["<img src=x", "<script>", "<b>", "alert(1)>\""] {
            assert!(!html.contains(hostile), "{path} holds {hostile}");
        }
    }
    let page = browser.get("/models/acme/x").await.text();
    assert!(
        page.contains("&#60;img src=x onerror=alert(1)&#62;"),
        "{page}"
    );
    assert!(page.contains("&#60;script&#62;alert"), "{page}");
}

#[tokio::test]
async fn a_reviewer_reads_why_and_decides() {
    let server = TestServer::start().await;
    server
        .add_and_wait(
            "acme/x",
            &[("config.json", b"{}"), ("code.py", b"print(1)\n")],
        )
        .await;
    let browser = Browser::log_in(&server).await;
    let page = browser.get("/models/acme/x").await.text();
    for part in [
        "held",
        "unknown",
        "code.py",
        "Approve",
        "Deny",
        "What to do",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let csrf = browser.csrf().await;
    let path = "/models/acme/x/revisions/latest";
    let form = format!("csrf={csrf}&change=approve&reason=read+it");
    let answer = browser.post(path, &form, &[("origin", "null")]).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let page = browser.get("/models/acme/x").await.text();
    for part in ["admitted", "token:admin says", "read it", "Withdraw"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let again = browser.post(path, &form, &[]).await;
    assert_eq!(again.status, 409, "{}", again.text());
}

#[tokio::test]
async fn a_form_from_elsewhere_changes_nothing() {
    let server = TestServer::start().await;
    server
        .add_and_wait("acme/x", &[("code.py", b"print(1)\n")])
        .await;
    let browser = Browser::log_in(&server).await;
    let other = Browser::log_in(&server).await;
    let (csrf, foreign) = (browser.csrf().await, other.csrf().await);
    let path = "/models/acme/x/revisions/latest";
    let host = server.running().address().to_string();
    let own = format!("http://{host}");
    let cases: [(&str, &[(&str, &str)]); 7] = [
        ("", &[]),
        ("0000", &[]),
        (&foreign, &[]),
        (&csrf, &[("origin", "http://example.org")]),
        (&csrf, &[("sec-fetch-site", "cross-site")]),
        (&csrf, &[("sec-fetch-site", "same-site")]),
        (&csrf, &[("origin", &own), ("sec-fetch-site", "cross-site")]),
    ];
    for (csrf, headers) in cases {
        let form = format!("csrf={csrf}&change=approve&reason=because");
        let answer = browser.post(path, &form, headers).await;
        assert_eq!(answer.status, 403, "{csrf} {headers:?}");
    }
    let revision = server.wait("acme/x").await;
    assert_eq!(revision["state"], "held");
    let login = server
        .anonymous("POST", "/login")
        .header("origin", "http://example.org")
        .body(format!("token={}", server.token).into_bytes())
        .send()
        .await;
    assert_eq!((login.status, login.header("set-cookie")), (403, None));
    let form = format!("csrf={csrf}&change=deny&reason=because");
    let headers = [("origin", own.as_str()), ("sec-fetch-site", "same-origin")];
    assert_eq!(browser.post(path, &form, &headers).await.status, 303);
}

#[tokio::test]
async fn a_logout_and_a_restart_end_a_session() {
    let mut server = TestServer::start().await;
    let cookie = {
        let browser = Browser::log_in(&server).await;
        let csrf = browser.csrf().await;
        let unproven = browser.post("/logout", "", &[]).await;
        assert_eq!(unproven.status, 403);
        assert_eq!(browser.get("/").await.status, 200);
        let answer = browser.post("/logout", &format!("csrf={csrf}"), &[]).await;
        assert_eq!(answer.status, 303);
        assert_eq!(browser.get("/").await.status, 303);
        Browser::log_in(&server).await.cookie
    };
    server.kill_and_restart(|_| {}).await;
    let browser = Browser {
        server: &server,
        cookie,
    };
    assert_eq!(browser.get("/").await.status, 303);
}

#[tokio::test]
async fn the_overview_counts_searches_and_refreshes_while_something_is_scanned() {
    let mut server = TestServer::start().await;
    server.add_and_wait("acme/good", &[("a.txt", b"a")]).await;
    server
        .add_and_wait("acme/bad", &[("a.pkl", MALICIOUS_PICKLE)])
        .await;
    {
        let browser = Browser::log_in(&server).await;
        let page = browser.get("/").await.text();
        assert!(page.contains("acme/good") && page.contains("acme/bad"));
        assert!(!page.contains("every 2s"), "{page}");
        let found = browser.get("/?search=GOOD").await.text();
        assert!(found.contains("acme/good") && !found.contains("acme/bad"));
    }
    server.kill_and_restart(|config| config.workers = 0).await;
    server.add("acme/new", &[("a.txt", b"new")]).await;
    let browser = Browser::log_in(&server).await;
    assert!(browser.get("/").await.text().contains("every 2s"));
    assert!(
        browser
            .get("/models/acme/new")
            .await
            .text()
            .contains("every 2s")
    );
}

#[tokio::test]
async fn the_audit_page_says_that_the_chain_holds_and_who_did_what() {
    let server = TestServer::start().await;
    server
        .add_and_wait("acme/x", &[("code.py", b"print(1)\n")])
        .await;
    server.decide("acme/x", "deny").await;
    let browser = Browser::log_in(&server).await;
    let page = browser.get("/audit").await.text();
    for part in ["Intact", "token:admin", "acme/x", "because of deny"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains(&server.token));
}
