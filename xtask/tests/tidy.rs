//! The house rules hold on this checkout.

#[test]
fn checkout_is_tidy() {
    let problems = xtask::tidy::problems().unwrap();
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}
