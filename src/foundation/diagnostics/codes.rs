//! Every code that a message may carry, declared once: its title heads the message, its explanation
//! is what `resprout explain CODE` prints.

/// A kind of message.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// `E021`: `E` for errors, `W` for what is implausible, `N` for notes.
    pub id: &'static str,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// Why it matters and what to do, in a few sentences.
    pub explanation: &'static str,
}

/// How much a message matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Impossible: nothing runs.
    Error,
    /// Implausible: it runs, and is said; `allow` in the config silences it.
    Warning,
    /// Worth knowing.
    Note,
}

impl Code {
    /// The severity, which the code's first letter states.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self.id.as_bytes().first() {
            Some(b'W') => Severity::Warning,
            Some(b'N') => Severity::Note,
            _ => Severity::Error,
        }
    }

    /// The code called `id`, in either case.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        ALL.iter().find(|code| code.id.eq_ignore_ascii_case(id)).copied()
    }
}

macro_rules! codes {
    ($($name:ident = $id:literal, $title:literal, $explanation:literal;)*) => {
        $(
            #[doc = concat!($id, ": ", $title, ".\n\n", $explanation)]
            pub const $name: Code = Code { id: $id, title: $title, explanation: $explanation };
        )*
        /// All codes, in the order of their numbers.
        pub const ALL: &[&Code] = &[$(&$name),*];
    };
}

codes! {
    UNREADABLE_FILE = "E001", "cannot read the file",
        "The file named on the command line is missing, is not a file, may not be read, or is not UTF-8 text; or a config \
        lists a drug or a dose table that is something else, of which nothing is shown. The message repeats the operating system's \
        own words, where it has any. `resprout new DIR --template NAME` writes a config to start from.";
    BROKEN_TOML = "E002", "the file is not TOML",
        "The text breaks the grammar of TOML 1.1 (toml.io): an open quote or bracket, a key given twice, a value \
        without quotes. Quantities with units are strings and need quotes: `horizon = \"49 d\"`. Faults of meaning are \
        looked for once the file can be read.";
    UNKNOWN_KEY = "E003", "unknown key",
        "Keys that nobody reads are refused, because a mistyped key would otherwise be a setting silently lost. The message \
        names the nearest key that exists there; `resprout schema` prints them all as a JSON schema, which editors use \
        to complete and check.";
    MISSING_KEY = "E004", "missing key",
        "A key without a default is absent. The message names the table in which it belongs.";
    WRONG_TYPE = "E005", "wrong type of value",
        "The value is of another TOML type than the key takes: text where a number belongs, a single value where a list \
        belongs, or a bare number where a quantity with its unit belongs, such as `\"40 min\"`.";
    UNKNOWN_NAME = "E006", "unknown name",
        "The value must be one of a fixed set of names: a drug, a route, a mechanism, a hypothesis, a cell class, a kernel, a \
        message code. The message lists the nearest one, or all where there are few.";
    BAD_QUANTITY = "E007", "not a quantity with a unit",
        "A quantity is a number and a unit in one string: `\"0.5 mg/kg\"`, `\"40 min\"`, `\"90_000 /mm3\"`. Units are products and \
        quotients of powers of symbols (m, g, s, min, h, d, wk, L, mol, M, A, V, S, F, Hz, Pa, mmHg, B) with SI prefixes; `u`, \
        `µ` and `μ` are the same prefix.";
    WRONG_UNIT = "E008", "wrong unit",
        "The unit measures something else than the key does: a mass where a time belongs, or no unit where one is needed. Any \
        unit of the right dimension is accepted and converted.";
    OUT_OF_RANGE = "E009", "value out of range",
        "The number is outside what the key accepts. Ranges of model parameters stand beside their sources in \
        `resprout params show KEY`; they mark what the equations were written for, so a value outside is refused rather than \
        extrapolated.";
    SCHEMA_VERSION = "E010", "unsupported schema version",
        "`schema_version` says which form of the config the file follows. This program reads version 1.";
    DUPLICATE_NAME = "E011", "name used twice",
        "Arms and populations are told apart by their names in tables, figures and file names, so each name may be used once. Many file \
        systems and databases take names that differ in case only for the same.";
    FRACTIONS = "E012", "fractions do not sum to 1",
        "Each `[[population]]` states its share of the neurons; together they must make up the whole network (to within 1e-6). \
        Without any `[[population]]` the network is 80 % pyramidal, 12 % PV and 8 % SST.";
    NO_ARMS = "E013", "no arms",
        "An experiment needs at least one `[[arm]]`: a named continuation of the simulated history, with or without doses.";
    STRESS_OVERLAP = "E014", "overlapping stress episodes",
        "At any instant one stress episode is in force, or none. Two that overlap would leave open which severity counts: end \
        the first where the second begins. An episode includes its start and excludes its end.";
    STRESS_OUTSIDE = "E015", "stress outside the simulated time",
        "A stress episode must begin at or after 0 (the end of the burn-in), last for some time, and end at or before the \
        horizon. The burn-in is unstressed by definition: it brings the network to its own baseline.";
    TOO_MANY_SYNAPSES = "E016", "more synapses than partners",
        "A neuron receives synapses from other neurons of the same network, so `synapses_per_neuron` must be smaller than \
        `neurons`.";
    BAD_NAME = "E017", "name not usable in file names",
        "Names of arms and populations appear in file names and column names: they start with a letter and consist of at most 128 \
        ASCII letters, digits, `_` and `-`. The arm name `shared` is kept for the history that arms have in common.";
    STATED_TWICE = "E018", "value stated twice",
        "`network.density` and `network.thickness` are short forms of the parameters `network.density_per_mm3` and \
        `network.thickness_um`; `[subject]` is the one subject of a run and `[subjects]` draws many. State each in one place only.";
    NO_PYRAMIDAL_CELLS = "E019", "no pyramidal cells",
        "Pyramidal cells are the only class with spines and the only source of glutamate. A network needs some.";
    DOSE_OUTSIDE = "E020", "dose outside the simulated time",
        "Every dose, repeats included, must begin between 0 (the end of the burn-in) and the horizon.";
    INTERVAL_WITHOUT_REPEATS = "E021", "dosing interval without repeats",
        "`ii` is the interval between repeated doses and `addl` the number of doses after the first. An interval without \
        repeats is most often a forgotten `addl`: six doses in all are `addl = 5`.";
    REPEATS_WITHOUT_INTERVAL = "E022", "repeated doses without an interval",
        "`addl` asks for further doses, but `ii`, the time between them, is missing or zero. All of them would be given at \
        once.";
    ROUTE_NOT_KNOWN = "E023", "route not known for this drug",
        "A drug file states the routes by which the drug can be given, with the kinetics of each. The dose names another.";
    IMPOSSIBLE_DOSE = "E024", "impossible dose",
        "The dose weighs more than the body that takes it, whether it is stated in all or per body weight: most often a unit or a \
        decimal mark went astray. Per body weight it is held against the weight of `[subject]`, the median of `[subjects]`, or \
        the 70 kg of the typical subject.";
    TABLE_FORM = "E025", "not a dose table in CSV",
        "A dose table has a header, `time,amt,route` and where needed `dur`, `ii`, `addl`, `drug`, `arm`, and one line per dosing \
        event. Commas part the columns, points are decimal marks, and a line that begins with `#` is a comment. Spreadsheets of \
        some languages write semicolons and decimal commas instead: choose CSV with commas when exporting.";
    RODENT_ROUTE = "E026", "a route of rodents",
        "`ip`, into the abdominal cavity, is how mice and rats are injected; what is known of its absorption was measured in them, and people \
        are not given drugs so. Species differ here by body weight alone: clearances and volumes are those of a person of 70 kg, scaled. State \
        the animal's, such as `weight = \"25 g\"` in `[subject]`, or another route.";
    NO_MEMORY = "E030", "the network does not fit in memory",
        "A run holds the network of one arm and the history it branches from, about ten bytes per synapse each and some hundreds \
        of bytes per neuron. What that needs exceeds the memory that the machine has available now. Reduce `neurons` or \
        `synapses_per_neuron`.";
    NO_DISK = "E031", "the results exceed the allowed disk space",
        "The estimated size of the run folder, while the run is under way, is larger than `record.max_disk`. In large networks \
        checkpoints dominate, about ten bytes per synapse for each network under way, which are deleted at the end: raise \
        `max_disk`. Elsewhere it is snapshots: ask for fewer times in `record.network_at`.";
    RECORD_GRID = "E032", "recording interval off the grid",
        "`record.every` must be a whole number of minutes that divides an hour, or a whole number of hours: rows then fall on \
        the ends of ticks and on the same instants in every arm.";
    SNAPSHOT_OUTSIDE = "E033", "snapshot outside the simulated time",
        "Network snapshots are taken between 0 (the end of the burn-in) and the horizon.";
    ARM_FROM = "E034", "`from` without effect or outside the simulated time",
        "`from` is the instant at which an arm's own `disable` and `override` take effect, between 0 and the horizon. Without \
        it they hold from the start of the burn-in, so that the arm has a history of its own. An arm that changes nothing in \
        the model needs no `from`.";
    BAD_DISTRIBUTION = "E035", "impossible distribution",
        "A covariate of `[subjects]` needs a median between its bounds and one measure of spread: `cv` (of a log-normal, which \
        has a median above 0) or `sd` (of a normal). Genotypes are stated as the frequency of the Met allele or as three \
        frequencies that sum to 1.";
    REMOVAL_OUTSIDE = "E036", "spine removal without effect or outside the simulated time",
        "`remove_spines` takes spines that were born between `born_after` and `time`; both lie between 0 (the end of the \
        burn-in) and the horizon, and something must be simulated after `time`. A spine's birthday is kept to 6 h, counted from \
        the start of the burn-in: `born_after` is rounded up to the next of these, which must lie before `time`.";
    BAD_EDIT = "E040", "cannot apply --set",
        "`--set KEY=VALUE` edits the config before it is checked. KEY is a dotted path; entries of lists are named by their \
        index or by their `name`: `--set arm.ketamine.doses.0.amt=\"1 mg/kg\"`, `--set network.neurons=500`. VALUE is \
        TOML; text that is not TOML is taken as a string, so the inner quotes may be left out. Keys of parameters contain a \
        dot and need quotes: `--set 'model.override.\"stress.onset_time_constant_d\".value=4 d'`.";
    NO_SUCH_TOPIC = "E041", "no such name",
        "A name given on the command line (a message code, a template, a parameter key) does not exist. The message names the \
        nearest one.";
    OUTPUT_EXISTS = "E042", "the output folder is taken",
        "A run writes into an empty folder, so that no result of an earlier run is lost or mixed with new ones. Name another \
        folder with `--out`, or replace an earlier run with `--force`.";
    OUTPUT_NOT_A_RUN = "E043", "the folder holds other things than a run",
        "`--force` replaces an earlier run: what its manifest.json lists, and what is left of a run that was stopped. Files of any \
        other kind are never deleted, nor mixed with a new run: the message names them. Move them away, or name another folder. A \
        manifest.json that no run wrote, or that was changed since, says nothing about what may go.";
    NO_RUN_THERE = "E044", "no run there",
        "The command reads the folder of a finished run, which holds course.json and timeseries.csv as `resprout run` wrote \
        them. Name that folder, not the config from which it was made. A run that was stopped is finished by `resprout resume`.";
    OLD_RUN = "E045", "the run was written by another version",
        "The command reads doses, stress and spine removals from the run's course.json, in which `resprout run` writes what \
        happens in every arm, repeats counted singly. Earlier versions wrote none. Run the folder's config.toml again, or use the \
        version that its manifest.json names.";
    FOLDER_IN_USE = "E046", "another process is at work in the folder",
        "A run folder has one worker at a time: `run`, `resume` and `figures` keep every other out, `--force` or not, and `verify` \
        keeps out whoever writes. The system gives the folder back with the process, however that ends: a run that was killed \
        bars nobody. Wait for the other process, stop it, or name another folder with `--out`.";
    LINK_IN_FOLDER = "E047", "a link stands where a folder of the run should",
        "Nothing is written through a symbolic link within a run folder: it would land among the files of somebody else, and be \
        taken for theirs. The run folder itself may be reached through one.";
    DAMAGED_RUN = "E048", "the run folder is not as the run left it",
        "Every file that a run writes is listed in its manifest.json with a hash, and so is the manifest itself. What the message \
        names reads back otherwise than it was written, or is missing: it was edited, cut short or damaged. Restore it, or run \
        config.toml again; `resprout verify` tells all that differs.";
    STUDY_FACTOR = "E070", "a factor of the study is at fault",
        "A factor varies one `key` (or several `keys` together) or one `parameter`. It lists `values`, or it is drawn between \
        `from` and `to`, which lie within what the key allows and are its own bounds if left out. A distribution must have \
        something between its ends. Each factor has a column of its own in the tables, so names differ.";
    STUDY_OUTCOME = "E071", "an outcome of the study is at fault",
        "An outcome is the `key` of a headline figure, as `outcomes.csv` of a run lists them, or a `measure` in the language \
        of the scoreboard with a `name` and a `unit`. The arms and columns that it names must be there in the base. Points \
        keep no snapshots of the network.";
    STUDY_DESIGN = "E072", "the design of the study is at fault",
        "A grid and a list take the factors' `values`; random, Latin-hypercube and Sobol designs take `points`; a table takes \
        a `file`. A design without a point, or of more than a million, is none.";
    STUDY_TABLE = "E073", "the table of points cannot be read",
        "A table of points is CSV with a header, or Parquet, with a column for each factor, called by the factor's name. Other \
        columns are left alone. Numbers are in the unit of the key; a cell may state its own unit.";
    STUDY_POINT = "E074", "a point of the study has no sound config",
        "With the values of this point, the base config is at fault in the way that follows. Nothing was simulated.";
    STUDY_TOO_LARGE = "E075", "the study does not fit",
        "Points under way take more memory, or all results more disk, than there is. `resprout check` on the study tells how \
        much.";
    OTHER_STUDY = "E076", "the folder is of another study",
        "A folder holds one study, or one part of it, of one version of the program. The same command goes on with a study \
        that was stopped; a study that was changed since, or another part, needs a folder of its own.";
    NO_STUDY_THERE = "E077", "no study there",
        "The folder has no `study.json`, the file is damaged, or the study in it is not finished: the same `resprout sweep` \
        command goes on with it.";
    PARTS_DIFFER = "E078", "parts that do not make one study",
        "`resprout collect` joins the parts that `--shard` made: all of one study, one version of the program, each part \
        once, all finished.";
    TRIAL = "E079", "no trial can be drawn",
        "`resprout trial` needs virtual subjects (`[subjects]` with `n`), at least one arm with a dose, a primary visit within the \
        run, and a control that is an arm. Uncertain parameters are drawn within what is allowed.";
    DESIGN_GAPS = "E080", "the design has gaps",
        "An analysis needs what its design asks for: a grid every point, a design after Saltelli some base samples whose points all gave a \
        value, Morris's trajectories a step for every factor. `failed.csv` says of what points failed. Mend the cause and run the study anew, or \
        choose `saltelli` or `morris`, which leave out what a failed point belongs to and go on with the rest.";
    NUMERICAL_FAILURE = "E300", "numerical failure",
        "A state variable became infinite or undefined, or a conserved quantity was not conserved. The run stops with exit code \
        3 and says when and where. Please report it with the run's config.toml; `time.refine = 2` halves every tick and may \
        get past it.";
    NONSENSE = "E301", "a column makes no sense",
        "Every column declares the range in which its values make sense (`dictionary.csv` lists it): a firing rate no cell sustains, a \
        concentration beyond what dissolves, a balance that is not kept. The run left it and stops with exit code 3; the message \
        names column, value and time. Most often several parameters were driven to the ends of their ranges at once. \
        `run.nonsense = \"allow\"` runs on all the same; the manifest then tells which columns left their range, and where first.";
    UNFIT_CASCADE = "E060", "mechanisms that do not fit together",
        "The program was built with a list of mechanisms that is no cascade: one is registered twice or has no proper name, \
        declares a parameter or a column that exists, stands above what it reads, writes a signal that another writes, or \
        carries another's state. This is for whoever registered the mechanism; nothing in a config mends it.";
    IO_FAILURE = "E400", "the disk or the file system refused",
        "A file or folder could not be created, written or read while the program ran (exit code 4): no space, no permission, a \
        folder that vanished. Files appear under their final name only when whole, so none is half-written.";
    INCOMPATIBLE_CHECKPOINT = "E500", "incompatible checkpoint",
        "A run can be gone on with by the very program that began it, version and commit, from the very config: nothing else \
        gives the same bytes. The message says which file was written by another version or from another config, is damaged, \
        or is missing (exit code 5). Nothing was changed. Use the program that the run's manifest.json names, restore the \
        file, or run again with `--force`.";
    SHORT_BURN_IN = "W001", "short burn-in",
        "The network needs several days to reach its own steady state, from which every relative column is measured. With \
        less than two days of burn-in the baseline still drifts.";
    SMALL_NETWORK = "W002", "small network",
        "With fewer than 100 neurons, populations have a handful of members and every average is mostly noise.";
    HIGH_DOSE = "W012", "implausibly high dose",
        "Subanaesthetic ketamine in humans is 0.1 to 1 mg/kg; rodent studies go up to about 30 mg/kg, anaesthesia beyond that. \
        The pharmacokinetics were not calibrated above 50 mg/kg.";
    LATE_EFFECT = "W013", "nothing is simulated after the last dose",
        "The horizon ends within an hour of the end of the last dose, or before that end, before the cascade from receptor block to \
        new spines can act.";
    OVERLAPPING_INFUSIONS = "W015", "overlapping infusions",
        "An infusion begins while another of the same drug by the same route still runs, be it another line or a repeat at an \
        interval `ii` shorter than `dur`. Their rates add up.";
    NO_DOSE = "W016", "an arm with a dose table gets no dose",
        "The table that the arm's `events` names holds no line for it: nothing but a header, or lines whose `arm` is another. The \
        arm would be a vehicle by accident. Remove `events` if that is meant.";
    INERT_DRUG = "W017", "the drug does nothing here",
        "Every action of the drug is weighted by a parameter that is 0 under the hypotheses of the config, so that it circulates \
        without effect. The message names the key that makes it act: a hypothesis of `[model]`, or the weight itself.";
    DOSE_TWICE = "W018", "the same dose twice",
        "Two doses of an arm agree in drug, time, amount, route and duration. Both are given: this is a double dose, most often a \
        line copied once too often, or a dose that stands in the config and in its table.";
    OVERRIDE_OF_NOTHING = "W019", "override of a mechanism that is switched off",
        "The parameter is read by one mechanism alone, and wherever the override holds that mechanism is switched off: the value changes \
        nothing. Leave out the override, or the name in `disable`.";
    NO_STRESS = "W020", "stress without effect",
        "An episode of level 0 is no stress, and no episode loads a body in which the mechanism `stress` is switched off. An arm \
        without stress beside stressed ones states `stress = []`.";
    IDLE_CONDITION = "W021", "the condition fills nothing",
        "`condition` gives stress, subjects and symptom scale where the config says nothing of them; what the config states wins. This one \
        states all of it, so that the condition's name is left without its values. `resprout new --condition NAME` prints what it gives.";
    NO_BIRTHS = "W022", "spine removal without births",
        "`remove_spines` takes spines that were born from `born_after` on. In this arm none is born then: the mechanism \
        `synaptogenesis` is switched off, or its rate of formation is 0.";
    FIGURE_LEFT_OUT = "W023", "a figure that the run cannot give",
        "A figure was asked for by its name, and the run recorded nothing that it could show. The message says what is missing: an arm, \
        a dose, a snapshot in `record.network_at`, a cohort, a mechanism that is switched off.";
    DOSE_OF_NOTHING = "W024", "doses that reach no body",
        "The arm has doses, and when the first is given the mechanism that would take it up or distribute it is switched off. The arm would be a \
        vehicle by accident.";
    UNUSED_DRUG = "W025", "a drug that nobody is given",
        "The file is listed in `drugs` and read, but no dose names its drug: most often another drug was meant to be replaced by it. Doses name a \
        drug by the `name` that its file states.";
    HYPOTHESIS_OVERRULED = "W026", "a hypothesis that an override outweighs",
        "Each name in `model.hypotheses` sets the weight of one parameter to 1. An override of that very parameter wins, so that the \
        hypothesis counts for what the override says.";
    EMPTY_POPULATION = "W027", "a population without neurons",
        "A share of 0 gives the population no neuron; its columns would hold no value.";
    SWITCHED_OFF_TWICE = "W028", "switched off twice",
        "`model.disable` holds in every arm, and an arm's own `disable` adds to it. Naming a mechanism again changes nothing.";
    IDLE_COVARIATE = "W029", "a covariate that nothing asks for",
        "The key of `[subject]` says how the body deals with drugs, stress or expectation, and no arm has any of that: a subject whose \
        clearance is low is like any other until it is given something.";
    MISREAD_NAME = "W030", "an arm's name that readers of tables misread",
        "Programs that read tables take some words for something else: pandas reads `NA`, `nan`, `null` and `None` as missing, others take \
        a column that holds nothing but `inf`, `true` or `false` for numbers or booleans. An arm of that name would vanish from \
        whatever is computed by arm. Give it another name; `label` says what figures call it.";
    NOT_ANALYSED = "W031", "an outcome that was left out of the analysis",
        "Some points gave no value of this outcome, and the design cannot be analysed without them. Other outcomes of the study were \
        analysed; if none can be, the command fails (E080).";
    IDLE_TABLE_DRUG = "W032", "a drug for lines that name their own",
        "`events.drug` is the drug of lines of the table that name none, and each line that this arm is given names one in its column `drug`, \
        and not that one alone: the arm is not given what `events` says. Leave it out, or leave the cells empty that it is meant for.";
    IDLE_SCALE = "W033", "a symptom scale without symptoms",
        "The mechanism `symptoms` is switched off in every arm: no scale is read, by figures, by `outcomes.csv` or by a trial. Leave the scale \
        out, or `symptoms` out of `disable`.";
    IDLE_TRIAL = "W034", "a trial without subjects",
        "`[trial]` says how `resprout trial` draws from virtual subjects, of which a run without `[subjects]` has none: nobody reads it. \
        Add `[subjects]` with `n`, or leave it out.";
    UNCITED_OVERRIDE = "N001", "uncited override",
        "A model parameter was given another value without `why`. The value is used; the run folder records that no reason was \
        given.";
    IDLE_OVERRIDE = "N002", "override by the value that holds anyway",
        "The override states the value that the parameter has without it: that of `[model]` for an arm, else the shipped one. Results are \
        those of no override.";
    IDLE_ALLOWANCE = "N003", "allowed without need",
        "`allow` names a message that does not occur in this config. If one came up later it would not be shown: leave it out until then.";
    STATED_AGAIN = "N004", "stated again",
        "The key repeats what holds without it: an arm's `stress` that is the experiment's, an instant that `network_at` lists twice.";
}
