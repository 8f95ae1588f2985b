use super::own_address;

#[test]
fn a_login_leads_to_our_own_pages_only() {
    assert_eq!(own_address("/models/acme/x?a=b"), "/models/acme/x?a=b");
    for foreign in [
        "",
        "https://example.org/",
        "//example.org/",
        "/\\example.org/",
        "javascript:alert(1)",
        "/\r\nset-cookie: a=b",
        "/\t/example.org",
    ] {
        assert_eq!(own_address(foreign), "/", "{foreign:?}");
    }
}
