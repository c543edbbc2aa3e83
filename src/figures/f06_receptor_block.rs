//! F06: how much of the NMDA conductance the drug takes, by population, against time and against concentration.

use crate::figures::canvas::Rect;
use crate::figures::data::{RecordedRun, Trace};
use crate::figures::figure::{Figure, Need};
use crate::figures::legend::{LegendKey, legend};
use crate::figures::panel::{Axis, Panel};
use crate::figures::protocol::{dose_words, hours_axis, population_words};
use crate::figures::scale::AxisScale;
use crate::figures::sheet::Sheet;
use crate::figures::source::Mark;
use crate::figures::style::{Style, TWO_COLUMNS_MM, okabe_ito};
use crate::foundation::error::Result;
use crate::foundation::time::Time;
use crate::recording::dictionary::of_population;

pub(super) const FIGURE: Figure = Figure {
    id: "F06",
    title: "NMDA-receptor block",
    needs: &[Need::Dose, Need::Column("nmda_block_<population>"), Need::Column("ketamine_ng_per_ml")],
    draw,
};

const FAMILY: &str = "nmda_block_<population>";
/// The span of the panel against time, in hours.
const SPAN_H: f64 = 8.0;

fn draw(run: &RecordedRun, style: Style) -> Result<Sheet> {
    let told = run.featured();
    let start = told.doses[0].start;
    let populations = run.populations(FAMILY);
    let percent = |trace: Trace| trace.map(|block| 100.0 * block);
    let in_time = |population: &String| -> Vec<Mark> {
        let traces: Vec<Trace> =
            run.traces(told, &of_population(FAMILY, population)).into_iter().map(percent).collect();
        let mut marks = run.band(&traces, |time| (time - start).hours());
        marks.retain(|mark| (-0.5..=SPAN_H).contains(&mark.x));
        marks
    };
    let timed: Vec<Vec<Mark>> = populations.iter().map(in_time).collect();
    let curves: Vec<Vec<Mark>> = populations.iter().map(|population| against_concentration(run, population)).collect();
    let caption = format!(
        "NMDA conductance lost to the drug, mean over each population. **a** Against time, arm {} ({}; shaded: infusion). **b** Against \
         total ketamine in plasma, at every recorded instant of every arm with a dose (means over networks); where rise and fall of the \
         concentration give different block, the marks form a loop. {}",
        told.caption(),
        dose_words(&told.doses),
        run.band_words()
    );
    let mut entries: Vec<(String, LegendKey)> = populations
        .iter()
        .enumerate()
        .map(|(index, name)| (population_words(name).to_owned(), LegendKey::Line(style.population(index))))
        .collect();
    entries.push(("infusion".to_owned(), LegendKey::Box(okabe_ito::SKY_BLUE, 0.4)));
    Sheet::paint(FIGURE.title, (TWO_COLUMNS_MM, 68.0), style, caption, |canvas, source| {
        legend(canvas, (14.0, 3.5), TWO_COLUMNS_MM - 18.0, &entries);
        let area = Rect { left: 14.0, top: 10.6, right: TWO_COLUMNS_MM - 3.5, bottom: 58.5 };
        let cells = area.grid(1, 2, 18.0, 0.0);
        let heights = |lines: &[Vec<Mark>]| {
            AxisScale::around(
                lines.iter().flatten().flat_map(|mark| [mark.y, mark.high]).collect::<Vec<_>>(),
                Some(0.0),
            )
        };
        let (hours, ticks) = hours_axis(-0.5, SPAN_H);
        let x = Axis::new(hours, "Time since the first dose (h)").with_ticks(ticks);
        let panel = Panel::new(canvas, source, "a", cells[0], x, Axis::new(heights(&timed), "NMDA-receptor block (%)"));
        for dose in &told.doses {
            let from = (dose.start - start).hours();
            panel.shade(from, from + dose.duration.hours(), okabe_ito::SKY_BLUE, 0.25);
        }
        for (index, (name, marks)) in populations.iter().zip(&timed).enumerate() {
            panel.series(population_words(name), marks, style.population(index));
        }
        panel.axes();
        panel.letter("a", 11.0);
        let highest = curves.iter().flatten().map(|mark| mark.x).fold(0.0, f64::max);
        let drawn = curves.iter().flatten().map(|mark| mark.x).filter(|&x| x >= highest * 1e-3);
        let x = Axis::new(AxisScale::decades(drawn), "Ketamine in plasma (ng/mL)");
        let panel =
            Panel::new(canvas, source, "b", cells[1], x, Axis::new(heights(&curves), "NMDA-receptor block (%)"));
        for (index, (name, marks)) in populations.iter().zip(&curves).enumerate() {
            let marks: Vec<Mark> = marks.iter().copied().filter(|mark| mark.x >= highest * 1e-3).collect();
            panel.neurons(population_words(name), &marks, index, style.population(index).colour);
        }
        panel.axes();
        panel.letter("b", 11.0);
    })
}

/// One mark per recorded instant with drug in plasma, of every arm that differs in dosing.
fn against_concentration(run: &RecordedRun, population: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    for arm in run.distinct_dosings() {
        let concentration = run.band(&run.traces(arm, "ketamine_ng_per_ml"), Time::hours);
        let block = run.band(&run.traces(arm, &of_population(FAMILY, population)), Time::hours);
        let together = concentration.iter().zip(&block).filter(|(c, b)| c.y > 0.0 && b.y.is_finite());
        marks.extend(together.map(|(c, b)| Mark { n: b.n, ..Mark::plain(c.y, 100.0 * b.y) }));
    }
    marks.sort_by(|a, b| a.x.total_cmp(&b.x));
    marks
}
