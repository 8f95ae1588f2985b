//! The net under everything.

use super::*;

#[test]
fn panic_ends_with_the_code_of_a_bug_of_ours() {
    let index = std::hint::black_box(7);
    let code = guarded(|| {
        if [0; 3][index] == 0 {
            ExitCode::Clean
        } else {
            ExitCode::Usage
        }
    });
    assert_eq!(code.code(), 70);
}

#[test]
fn what_does_not_panic_keeps_its_code() {
    assert_eq!(guarded(|| ExitCode::Unknown), ExitCode::Unknown);
}
