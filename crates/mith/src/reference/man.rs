//! The man pages, one a command.

use clap::Command;
use clap_mangen::Man;

pub(super) fn pages() -> Vec<(String, String)> {
    let mut command = crate::cli::command();
    command.build();
    let mut pages = Vec::new();
    // Commands nest two deep at most; a list of what is left keeps this flat.
    let mut left = vec![("mith".to_owned(), command)];
    while let Some((name, command)) = left.pop() {
        for subcommand in command.get_subcommands() {
            if !subcommand.is_hide_set() && subcommand.get_name() != "help" {
                left.push((
                    format!("{name}-{}", subcommand.get_name()),
                    subcommand.clone(),
                ));
            }
        }
        pages.push((format!("docs/man/{name}.1"), page(&name, command)));
    }
    pages.sort();
    pages
}

fn page(name: &str, command: Command) -> String {
    // A page is named after its command in full, `mith-registry-add`; the template of the help is not for it.
    let leaked: &'static str = Box::leak(name.to_owned().into_boxed_str());
    let mut buffer = Vec::new();
    // Writing to memory does not fail.
    let _ = Man::new(command.display_name(leaked))
        .title(leaked)
        .source(concat!("mith ", env!("CARGO_PKG_VERSION")))
        .manual("Mithridate")
        .render(&mut buffer);
    String::from_utf8_lossy(&buffer).into_owned()
}
