//! `resprout validate --each-alone`: which change of the model mended which row of the board, and which broke which.

use std::fmt::Write as _;

use super::measured::number;
use crate::validation::EvidenceKind;
use crate::validation::changes::{ChangeEffect, EachAlone, RowTakenBack, TakenBack};

/// The table, as Markdown: what each change mended and broke, with the value without it and the value with it.
pub(super) fn markdown(found: &EachAlone) -> String {
    let mut text = String::from(
        "| change | taken back by | mended: without → with | broke: without → with | moved most: without → with | rows |\n\
         | --- | --- | --- | --- | --- | --- |\n",
    );
    for taken_back in &found.changes {
        let change = &taken_back.change;
        let _ = writeln!(
            text,
            "| **{}**: {} | {} | {} | {} | {} | {} |",
            change.id.replace('_', " "),
            change.what,
            change.taken_back_by(),
            flips(taken_back, ChangeEffect::Mended),
            flips(taken_back, ChangeEffect::Broke),
            most(taken_back),
            balance(taken_back),
        );
    }
    text
}

fn flips(taken_back: &TakenBack, effect: ChangeEffect) -> String {
    let own = taken_back.rows.iter().filter(|row| row.effect() == effect);
    let told: Vec<String> = own.map(told).collect();
    if told.is_empty() { "–".to_owned() } else { told.join("; ") }
}

fn told(row: &RowTakenBack) -> String {
    let [with, without] = [&row.with, &row.without].map(|row| number(row.value));
    format!("{} {without} → {with}", row.with.id)
}

/// The row that it moves farthest, in half widths of the band, whether or not it crosses an edge.
fn most(taken_back: &TakenBack) -> String {
    let moved = |row: &RowTakenBack| {
        let half_width = 0.5 * (row.with.band_high - row.with.band_low);
        (row.with.value - row.without.value).abs() / half_width
    };
    let finite = taken_back.rows.iter().filter(|row| moved(row).is_finite() && moved(row) > 0.0);
    finite.max_by(|a, b| moved(a).total_cmp(&moved(b))).map_or_else(|| "–".to_owned(), told)
}

/// Rows won and lost by kind of evidence: `calibration +2, prediction −1`.
fn balance(taken_back: &TakenBack) -> String {
    let count = |kind: EvidenceKind, effect: ChangeEffect| {
        taken_back.rows.iter().filter(|row| row.with.kind == kind && row.effect() == effect).count()
    };
    let of_kind = |kind: EvidenceKind| match (count(kind, ChangeEffect::Mended), count(kind, ChangeEffect::Broke)) {
        (0, 0) => None,
        (mended, 0) => Some(format!("{} +{mended}", kind.name())),
        (0, broke) => Some(format!("{} −{broke}", kind.name())),
        (mended, broke) => Some(format!("{} +{mended} −{broke}", kind.name())),
    };
    let told: Vec<String> = EvidenceKind::ALL.into_iter().filter_map(of_kind).collect();
    if told.is_empty() { "none".to_owned() } else { told.join(", ") }
}
