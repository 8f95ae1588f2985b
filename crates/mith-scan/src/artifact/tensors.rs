//! Safetensors and numpy files: data with a header, and nothing that runs unless an array holds objects.

use mith_core::{CoverageKind, Evidence, Verdict};
use mith_formats::pickle::Loader;
use mith_formats::{DefectKind, Input, Section, numpy, safetensors};

use super::{Context, Item, Sheet, pickle_view};
use crate::rules;

/// Looks at the bytes as safetensors; false when they are none and nothing says that they should be.
pub(crate) fn safetensors_view(
    context: &Context<'_>,
    item: &Item,
    input: &dyn Input,
    sheet: &mut Sheet,
) -> bool {
    let (file, defects) = safetensors::read(input, &context.options.limits);
    let is_named = item.extension() == "safetensors";
    if !defects.is_empty() && !is_named && file.header.is_empty() {
        return false;
    }
    sheet.format(item, "safetensors");
    for defect in &defects {
        sheet.defect(&rules::safetensors_invalid::RULE, item, defect);
    }
    if defects.is_empty() {
        sheet.cover(
            item,
            0,
            file.header.end,
            CoverageKind::Parsed,
            "safetensors header",
        );
        sheet.cover(
            item,
            file.buffer.start,
            file.buffer.end,
            CoverageKind::Inert,
            "tensor data",
        );
    }
    defects.is_empty()
}

/// Looks at the bytes as `.npy`; false when they are none.
pub(crate) fn npy_view(
    context: &Context<'_>,
    item: &Item,
    input: &dyn Input,
    sheet: &mut Sheet,
) -> bool {
    let (array, defects) = numpy::read(input, &context.options.limits);
    let Some(array) = array else {
        return false;
    };
    sheet.format(item, "npy");
    for defect in &defects {
        sheet.defect(&rules::numpy_invalid::RULE, item, defect);
    }
    sheet.cover(
        item,
        0,
        array.data.start,
        CoverageKind::Parsed,
        "npy header",
    );
    if let Some(start) = array.pickle() {
        let section = Section::new(input, start, input.size() - start);
        let mut notes = Sheet::default();
        let part = item.part("objects");
        pickle_view::as_pickle(context, &part, &section, Loader::Plain, false, &mut notes);
        sheet.format(item, "pickle");
        sheet.findings.extend(notes.findings);
        sheet.cover(
            item,
            start,
            input.size(),
            CoverageKind::Parsed,
            "object array",
        );
        return true;
    }
    sheet.cover(
        item,
        array.data.start,
        array.data.end,
        CoverageKind::Inert,
        "array data",
    );
    if array.data.end < input.size()
        && defects
            .iter()
            .all(|defect| defect.kind != DefectKind::Truncated)
    {
        let message = format!(
            "{} bytes behind the array are not understood",
            input.size() - array.data.end
        );
        let mut finding = rules::numpy_invalid::RULE.finding(
            item.at(array.data.end),
            message,
            Evidence::default(),
        );
        finding.verdict = Verdict::Unknown;
        sheet.add(finding);
    }
    true
}
