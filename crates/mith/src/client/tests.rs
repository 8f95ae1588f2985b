//! The client against servers that refuse, vanish, lie or are something else.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread::JoinHandle;

use super::*;

const TOKEN: &str = "hf_0123456789abcdefghijklmnopqrstuvwxyz";

/// Answers one request with fixed bytes and returns what was asked.
fn answer_once(answer: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut buffer = [0; 4096];
        while !request.windows(4).any(|window| window == b"\r\n\r\n") {
            let count = stream.read(&mut buffer).unwrap();
            request.extend_from_slice(&buffer[..count]);
        }
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8_lossy(&request).into_owned()
    });
    (server, asked)
}

fn list(server: &str, token: Option<&str>) -> Result<Answer<ModelList>, Failure> {
    let client = Client::new(server, token.map(ToOwned::to_owned))?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(client.models(Some("a b&c"), 5))
}

#[test]
fn refuses_what_is_no_address_of_a_registry() {
    for server in [
        "",
        "localhost:8080",
        "ftp://x",
        "http://user:hf_x@host",
        "http://x/?a=b",
        "file:///etc/passwd",
    ] {
        let failure = Client::new(server, None).err().unwrap();
        assert_eq!(failure.code(), ExitCode::Usage, "{server}");
    }
    assert_eq!(
        Client::new("http://127.0.0.1:1/", None).unwrap().server(),
        "http://127.0.0.1:1"
    );
    assert_eq!(
        Client::new("https://h/prefix/", None).unwrap().server(),
        "https://h/prefix"
    );
}

#[test]
fn refuses_a_token_that_would_break_the_header_without_repeating_it() {
    for token in ["", "hf_a\nX-Evil: 1", "hf_ä"] {
        let failure = Client::new(DEFAULT_SERVER, Some(token.to_owned()))
            .err()
            .unwrap();
        assert!(!failure.to_string().contains("Evil"), "{failure}");
    }
}

#[test]
fn sends_the_token_and_codes_the_query() {
    let (server, asked) = answer_once(
        "HTTP/1.1 200 OK\r\nContent-Length: 24\r\nConnection: close\r\n\r\n{\"models\":[],\"newer\":true}",
    );
    // One byte short: the length says 24 of 26, so the object is cut and refused.
    let cut = list(&server, Some(TOKEN)).unwrap_err().to_string();
    assert!(cut.contains("what this version understands"), "{cut}");
    let request = asked.join().unwrap();
    assert!(
        request.starts_with("GET /api/mith/v1/models?limit=5&search=a+b%26c HTTP/1.1"),
        "{request}"
    );
    assert!(
        request
            .to_ascii_lowercase()
            .contains(&format!("authorization: bearer {TOKEN}")),
        "{request}"
    );
}

#[test]
fn keeps_what_a_newer_server_adds() {
    let (server, _asked) = answer_once(
        "HTTP/1.1 200 OK\r\nContent-Length: 26\r\nConnection: close\r\n\r\n{\"models\":[],\"newer\":true}",
    );
    let answer = list(&server, None).unwrap();
    assert!(answer.typed.models.is_empty());
    assert_eq!(answer.raw["newer"], true);
}

#[test]
fn says_how_to_start_a_server_when_nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let failure = list(&server, Some(TOKEN)).unwrap_err();
    assert_eq!(failure.code(), ExitCode::Unreadable);
    let text = failure.to_string();
    assert!(
        text.contains("Connection refused") && text.contains("hint: start it with `mith serve`"),
        "{text}"
    );
    assert!(!text.contains(TOKEN), "{text}");
}

#[test]
fn shows_the_sentence_and_the_hint_of_the_server() {
    let (server, _asked) = answer_once(
        "HTTP/1.1 409 Conflict\r\nContent-Length: 55\r\nConnection: close\r\n\r\n\
         {\"error\":\"it is denied\",\"hint\":\"add a clean revision \u{1b}[2\"}",
    );
    let text = list(&server, Some(TOKEN)).unwrap_err().to_string();
    assert!(text.contains("error: list the models"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn tells_who_sends_no_token_where_to_get_one() {
    let (server, _asked) = answer_once(
        "HTTP/1.1 401 Unauthorized\r\nContent-Length: 22\r\nConnection: close\r\n\r\n{\"error\":\"who is it\"}  ",
    );
    insta::assert_snapshot!(list(&server, None).unwrap_err(), @r"
    error: list the models
      caused by: who is it
    hint: no token was sent: pass `--token-file FILE`, or set `MITH_TOKEN`; `mith serve` prints one at its first start
    ");
}

#[test]
fn never_follows_a_redirect_with_the_token() {
    let (server, _asked) = answer_once(
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    );
    let text = list(&server, Some(TOKEN)).unwrap_err().to_string();
    assert!(text.contains("302"), "{text}");
}

#[test]
fn knows_the_same_server_by_scheme_host_and_port() {
    assert!(same_server(
        "http://127.0.0.1:8080/",
        "http://127.0.0.1:8080"
    ));
    assert!(same_server(
        "https://Models.example.org",
        "https://models.example.org:443/x"
    ));
    assert!(!same_server(
        "http://127.0.0.1:8080",
        "http://127.0.0.1:8081"
    ));
    assert!(!same_server(
        "https://huggingface.co",
        "http://127.0.0.1:8080"
    ));
    assert!(!same_server("", ""));
}
