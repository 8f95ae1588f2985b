//! Sizes for reading.

/// `418 B`, `1.2 kB`, `90.9 MB`: three digits at most, powers of 1000 as disks and hubs count.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut unit = 0;
    // Tenths are enough for reading, and whole numbers round alike on every machine.
    let mut tenths = u128::from(bytes) * 10;
    while tenths >= 10_000 {
        tenths /= 1000;
        unit += 1;
    }
    let name = UNITS.get(unit - 1).copied().unwrap_or("EB");
    if tenths >= 1000 {
        format!("{} {name}", tenths / 10)
    } else {
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    }
}
