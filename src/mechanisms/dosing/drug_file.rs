//! Drug files: strict TOML in which every quantity carries its unit and its source.
//!
//! A key that nobody reads, a quantity of the wrong dimension, a value outside its range and a
//! quantity without a source are refused, all in one report with file, line and caret. The reader stands here and
//! not in `configuration`, because the shipped drugs, which every mechanism's tests give, are read by it too.

use std::ops::Range;

use toml::Spanned;

use super::parameters::{
    Action, Disposition, Drug, DrugParameter, Elimination, FirstPass, Formation, Glun2, Moiety, NmdaBlocker, Pathway,
    Peripheral, Route, RouteKinetics, Spray,
};
use crate::foundation::diagnostics::{Code, Diagnostic, Report, Source, Span, codes, nearest};
use crate::foundation::units::{UnitError, convert};

mod tables;

use tables::{
    ActionTable, Cited, Destination, DrugTable, FormationTable, MoietyTable, NmdaTable, PathwayTable, RouteTable,
    SubunitTable,
};

impl Drug {
    /// Reads a drug from the text of a file called `file`.
    ///
    /// # Errors
    /// A report of all faults: broken TOML, unknown or missing keys, wrong units, values out of range,
    /// missing sources, fractions that exceed the whole.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, Report> {
        let mut reader = DrugFileReader::default();
        let drug = match toml::from_str::<DrugTable>(text) {
            Ok(table) => Some(reader.drug(&table)),
            Err(error) => {
                reader.diagnostics.push(structural(&error, text));
                None
            }
        };
        let source = Source { name: file.to_owned(), text: text.to_owned() };
        match drug {
            Some(drug) if reader.diagnostics.is_empty() => Ok(drug),
            _ => Err(Report::new(vec![source], reader.diagnostics)),
        }
    }
}

/// A fault of grammar or structure, at which reading had to stop.
fn structural(error: &toml::de::Error, text: &str) -> Diagnostic {
    let message = error.message().lines().next().unwrap_or_default().to_owned();
    let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let code: &'static Code = if message.starts_with("unknown field") {
        &codes::UNKNOWN_KEY
    } else if message.starts_with("unknown variant") {
        &codes::UNKNOWN_NAME
    } else if message.starts_with("missing field") {
        &codes::MISSING_KEY
    } else if text.parse::<toml::Table>().is_err() {
        &codes::BROKEN_TOML
    } else {
        &codes::WRONG_TYPE
    };
    let hint = names
        .split_first()
        .filter(|_| message.starts_with("unknown"))
        .and_then(|(wrong, known)| nearest(wrong, known.iter().copied()))
        .map(|candidate| format!("did you mean `{candidate}`?"));
    let mut diagnostic = Diagnostic::new(code, message.clone());
    if let Some(Range { start, end }) = error.span() {
        diagnostic = diagnostic.at(Span { source: 0, start, end });
    }
    hint.into_iter().fold(diagnostic, Diagnostic::help)
}

/// Smallest and largest value accepted.
type Bounds = (f64, f64);

const FRACTION: Bounds = (0.0, 1.0);
const FLOW_L_PER_H: Bounds = (1e-3, 1e4);
const VOLUME_L: Bounds = (1e-2, 1e5);
const RATE_PER_H: Bounds = (1e-4, 1e3);
const CONCENTRATION_UM: Bounds = (1e-6, 1e6);

/// Reads quantities, collecting faults and rows of the drug's table.
#[derive(Default)]
struct DrugFileReader {
    diagnostics: Vec<Diagnostic>,
    table: Vec<DrugParameter>,
}

impl DrugFileReader {
    fn fault(&mut self, code: &'static Code, span: Range<usize>, label: impl Into<String>) {
        let span = Span { source: 0, start: span.start, end: span.end };
        self.diagnostics.push(Diagnostic::new(code, label).at(span));
    }

    fn read(&mut self, key: String, cited: &Cited, unit: &'static str, (min, max): Bounds) -> f64 {
        let span = cited.value.span();
        if cited.source.get_ref().trim().is_empty() {
            self.fault(&codes::MISSING_KEY, cited.source.span(), "a citation, or why the value was assumed");
        }
        match convert(&cited.value.get_ref().0, unit) {
            Ok(value) => {
                if !(min..=max).contains(&value) {
                    let unit = if unit == "1" { String::new() } else { format!(" {unit}") };
                    let label = format!("`{key}` must lie between {min} and {max}{unit}");
                    self.fault(&codes::OUT_OF_RANGE, span, label);
                }
                self.table.push(DrugParameter { key, value, unit, source: cited.source.get_ref().clone() });
                value
            }
            Err(error) => {
                let code = match error {
                    UnitError::WrongDimension { .. } | UnitError::MissingUnit { .. } => &codes::WRONG_UNIT,
                    _ => &codes::BAD_QUANTITY,
                };
                self.fault(code, span, error.to_string());
                f64::NAN
            }
        }
    }

    fn drug(&mut self, table: &DrugTable) -> Drug {
        let dose_per_base =
            table.dose_per_base.as_ref().map_or(1.0, |cited| self.read("dose_per_base".into(), cited, "1", (1.0, 1e3)));
        let mut moieties: Vec<Moiety> = Vec::new();
        for moiety in &table.moiety {
            let moiety = self.moiety(moiety, &moieties);
            moieties.push(moiety);
        }
        self.check_formed_fractions(&moieties);
        self.check_names(table);
        let routes = table.route.iter().map(|route| self.route(route, &moieties)).collect();
        Drug {
            name: table.name.clone(),
            title: table.title.clone(),
            stereochemistry: table.stereochemistry.clone(),
            dose_per_base,
            moieties,
            routes,
            table: std::mem::take(&mut self.table),
        }
    }

    fn moiety(&mut self, table: &MoietyTable, earlier: &[Moiety]) -> Moiety {
        let name = &table.name;
        let key = |field: &str| format!("{name}.{field}");
        let elimination = match (&table.clearance, &table.liver) {
            (Some(clearance), None) => {
                Elimination::Central { clearance_l_per_h: self.read(key("clearance"), clearance, "L/h", FLOW_L_PER_H) }
            }
            (None, Some(liver)) => Elimination::Liver {
                volume_l: self.read(key("liver.volume"), &liver.volume, "L", VOLUME_L),
                flow_l_per_h: self.read(key("liver.flow"), &liver.flow, "L/h", FLOW_L_PER_H),
                rate_per_h: self.read(key("liver.metabolic_rate"), &liver.metabolic_rate, "1/h", RATE_PER_H),
            },
            _ => {
                let label = "state either `clearance` or a `liver`, not both and not neither";
                self.fault(&codes::MISSING_KEY, table.molar_mass.value.span(), label);
                Elimination::Central { clearance_l_per_h: f64::NAN }
            }
        };
        if table.peripheral.len() > 2 {
            self.fault(&codes::OUT_OF_RANGE, table.molar_mass.value.span(), "at most two peripheral compartments");
        }
        if earlier.is_empty() != table.formation.is_none() {
            let label = "the first moiety is the parent; every later one is formed from an earlier one";
            self.fault(&codes::MISSING_KEY, table.molar_mass.value.span(), label);
        }
        Moiety {
            name: name.clone(),
            assay: table.assay.clone().unwrap_or_else(|| name.clone()),
            molar_mass_g_per_mol: self.read(key("molar_mass"), &table.molar_mass, "g/mol", (10.0, 1e5)),
            unbound_fraction: self.read(key("unbound_fraction"), &table.unbound_fraction, "1", (1e-4, 1.0)),
            brain_partition: self.read(key("brain_partition"), &table.brain_partition, "1", (0.0, 100.0)),
            brain_entry_per_h: self.read(key("brain_entry_rate"), &table.brain_entry_rate, "1/h", RATE_PER_H),
            disposition: Disposition {
                central_volume_l: self.read(key("central_volume"), &table.central_volume, "L", VOLUME_L),
                peripheral: (1..)
                    .zip(&table.peripheral)
                    .map(|(index, peripheral)| Peripheral {
                        volume_l: self.read(
                            key(&format!("peripheral.{index}.volume")),
                            &peripheral.volume,
                            "L",
                            VOLUME_L,
                        ),
                        flow_l_per_h: self.read(
                            key(&format!("peripheral.{index}.flow")),
                            &peripheral.flow,
                            "L/h",
                            FLOW_L_PER_H,
                        ),
                    })
                    .collect(),
                elimination,
            },
            formation: table.formation.as_ref().map(|formation| self.formation(name, formation, earlier)),
            nmda: table.nmda.as_ref().map(|nmda| self.nmda(name, nmda)),
            actions: table.action.iter().map(|action| self.action(name, action)).collect(),
        }
    }

    fn formation(&mut self, name: &str, table: &FormationTable, earlier: &[Moiety]) -> Formation {
        let time = table.transit_time.as_ref();
        Formation {
            from: self.index_of(&table.from, earlier),
            fraction: self.read(format!("{name}.formation.fraction"), &table.fraction, "1", FRACTION),
            transit_time_h: time
                .map_or(0.0, |cited| self.read(format!("{name}.formation.transit_time"), cited, "h", (1e-3, 100.0))),
            transit_compartments: if time.is_some() { table.transit_compartments.unwrap_or(1).clamp(1, 10) } else { 0 },
        }
    }

    fn nmda(&mut self, name: &str, table: &NmdaTable) -> NmdaBlocker {
        let key = |field: &str| format!("{name}.nmda.{field}");
        let mut subunits = |which: &str, table: &SubunitTable| {
            [("glun2a", &table.glun2a), ("glun2b", &table.glun2b), ("glun2c", &table.glun2c), ("glun2d", &table.glun2d)]
                .map(|(subunit, cited)| self.read(key(&format!("{which}.{subunit}")), cited, "uM", CONCENTRATION_UM))
        };
        let ic50_without_magnesium_um = subunits("without_magnesium", &table.without_magnesium);
        let ic50_with_magnesium_um = subunits("with_magnesium", &table.with_magnesium);
        for subunit in Glun2::ALL {
            // NaN has been reported already
            if ic50_with_magnesium_um[subunit as usize] < ic50_without_magnesium_um[subunit as usize] {
                let label = "magnesium competes for the channel, so its IC50 cannot be below the one without";
                self.fault(&codes::OUT_OF_RANGE, table.with_magnesium.glun2a.value.span(), label);
            }
        }
        let reference_mv = self.read(key("reference_voltage"), &table.reference_voltage, "mV", (-120.0, 60.0));
        NmdaBlocker {
            ic50_without_magnesium_um,
            ic50_with_magnesium_um,
            reference_mv,
            magnesium_reference_mv: table.magnesium_reference_voltage.as_ref().map_or(reference_mv, |cited| {
                self.read(key("magnesium_reference_voltage"), cited, "mV", (-120.0, 60.0))
            }),
            hill: self.read(key("hill"), &table.hill, "1", (0.5, 4.0)),
            electrical_distance: self.read(key("electrical_distance"), &table.electrical_distance, "1", FRACTION),
            unblocking_per_s: self.read(key("unblocking_rate"), &table.unblocking_rate, "1/s", (1e-6, 1e3)),
            trapped_fraction: self.read(key("trapped_fraction"), &table.trapped_fraction, "1", FRACTION),
            escape_time_s: self.read(key("escape_time"), &table.escape_time, "s", (1e-3, 1e4)),
        }
    }

    fn action(&mut self, name: &str, table: &ActionTable) -> Action {
        let target: &str = table.target.into();
        let key = |field: &str| format!("{name}.action.{target}.{field}");
        Action {
            target: table.target,
            potency_um: self.read(key("potency"), &table.potency, "uM", CONCENTRATION_UM),
            hill: self.read(key("hill"), &table.hill, "1", (0.5, 4.0)),
            max_effect: self.read(
                key("max_effect"),
                &table.max_effect,
                "1",
                if table.target.inhibits() { FRACTION } else { (0.0, 10.0) },
            ),
        }
    }

    fn route(&mut self, table: &RouteTable, moieties: &[Moiety]) -> RouteKinetics {
        let route = table.route;
        let spray = table.spray.as_ref().map(|spray| Spray {
            unit_mg: self.read(format!("{route}.spray.unit"), &spray.unit, "mg", (1e-3, 1e4)),
            later_retention: self.read(format!("{route}.spray.later_retention"), &spray.later_retention, "1", FRACTION),
            clearing_h: spray
                .clearing_time
                .as_ref()
                .map_or(0.0, |time| self.read(format!("{route}.spray.clearing_time"), time, "h", (1e-3, 100.0))),
        });
        let mut pathways: Vec<Pathway> = table.pathway.iter().map(|path| self.pathway(route, path, moieties)).collect();
        let stated: f64 = pathways.iter().map(|path| path.fraction).filter(|fraction| !fraction.is_nan()).sum();
        let open = table.pathway.iter().filter(|path| path.fraction.is_none()).count();
        let fault_at = table.pathway.first().map_or(0..0, |path| path.name.span());
        if open > 1 || stated > 1.0 + 1e-9 || (open == 0 && (stated - 1.0).abs() > 1e-9) {
            let label =
                "the fractions of a route's pathways make up the dose; at most one may be left out, as the rest";
            self.fault(&codes::FRACTIONS, fault_at.clone(), label);
        }
        if spray.is_some() && (pathways.len() != 2 || table.pathway[1].fraction.is_some()) {
            let label = "with a `spray`, the first of two pathways is retained and the second takes the rest";
            self.fault(&codes::FRACTIONS, fault_at, label);
        }
        for path in &mut pathways {
            if path.fraction.is_nan() {
                path.fraction = (1.0 - stated).max(0.0);
            }
        }
        RouteKinetics { route, spray, pathways }
    }

    fn pathway(&mut self, route: Route, table: &PathwayTable, moieties: &[Moiety]) -> Pathway {
        let name = table.name.get_ref();
        let key = |field: &str| format!("{route}.{name}.{field}");
        let bioavailability =
            table.bioavailability.as_ref().map_or(1.0, |cited| self.read(key("bioavailability"), cited, "1", FRACTION));
        let first_pass: Vec<FirstPass> = table
            .first_pass
            .iter()
            .map(|made| FirstPass {
                moiety: self.index_of(&made.moiety, moieties),
                fraction: self.read(
                    key(&format!("first_pass.{}", made.moiety.get_ref())),
                    &made.fraction,
                    "1",
                    FRACTION,
                ),
            })
            .collect();
        if bioavailability + first_pass.iter().map(|made| made.fraction).sum::<f64>() > 1.0 + 1e-9 {
            self.fault(&codes::FRACTIONS, table.name.span(), "bioavailability and first pass exceed the whole");
        }
        let through_liver = table.into == Destination::Liver;
        let has_liver =
            matches!(moieties.first().map(|parent| &parent.disposition.elimination), Some(Elimination::Liver { .. }));
        if through_liver && !has_liver {
            self.fault(&codes::MISSING_KEY, table.name.span(), "`into = \"liver\"`, but the parent has no `liver`");
        }
        Pathway {
            fraction: table
                .fraction
                .as_ref()
                .map_or(f64::NAN, |cited| self.read(key("fraction"), cited, "1", FRACTION)),
            bioavailability,
            first_pass,
            lag_h: table.lag.as_ref().map_or(0.0, |cited| self.read(key("lag"), cited, "h", (0.0, 48.0))),
            release_h: table.release.as_ref().map_or(0.0, |cited| self.read(key("release"), cited, "h", (0.0, 240.0))),
            absorption_per_h: table
                .absorption_rate
                .as_ref()
                .map(|cited| self.read(key("absorption_rate"), cited, "1/h", RATE_PER_H)),
            through_liver,
        }
    }

    fn index_of(&mut self, name: &Spanned<String>, moieties: &[Moiety]) -> usize {
        let found = moieties.iter().position(|moiety| moiety.name == *name.get_ref());
        found.unwrap_or_else(|| {
            let label = format!("no moiety `{}` stands above", name.get_ref());
            self.fault(&codes::UNKNOWN_NAME, name.span(), label);
            0
        })
    }

    /// A moiety cannot turn into more than itself.
    fn check_formed_fractions(&mut self, moieties: &[Moiety]) {
        for (index, moiety) in moieties.iter().enumerate() {
            let formed: f64 = moieties
                .iter()
                .filter_map(|metabolite| metabolite.formation.as_ref())
                .filter(|formation| formation.from == index)
                .map(|formation| formation.fraction)
                .sum();
            if formed > 1.0 + 1e-9 {
                let label = format!("more than all of `{}` becomes metabolites", moiety.name);
                self.diagnostics.push(Diagnostic::new(&codes::FRACTIONS, label));
            }
        }
    }

    /// Moieties and routes are found by name, so each may stand once.
    fn check_names(&mut self, table: &DrugTable) {
        let moieties = table.moiety.iter().map(|moiety| (moiety.name.as_str(), moiety.molar_mass.value.span()));
        let routes = table.route.iter().filter_map(|route| {
            let first = route.pathway.first()?;
            Some((route.route.into(), first.name.span()))
        });
        for names in [moieties.collect::<Vec<_>>(), routes.collect()] {
            for (index, (name, span)) in names.iter().enumerate() {
                if names[..index].iter().any(|(earlier, _)| earlier == name) {
                    self.fault(&codes::DUPLICATE_NAME, span.clone(), format!("`{name}` is described above"));
                }
            }
        }
    }
}
