//! The parameters of inflammation.

crate::parameters! {
    /// How cytokines follow stress, subject and drug, and quinolinate the cytokines.
    pub struct InflammationParameters of "inflammation" {
        /// Rise of pro-inflammatory tone at full glucocorticoid load in a typical subject.
        stress_gain = 0.60, unit "1", range 0.0..=5.0,
            symbol "k_L", species "rat", grade C, source "cytokines x1.3-2 after chronic stress (PMC4816884, direction; sizes of the meta-analyses Dowlati 2010, Haapakoski 2015 recalled)";
        /// Time constant with which the tone follows, without the autocrine share.
        tone_time_constant_d = 3.0, unit "d", range 0.1..=60.0,
            symbol "τ_I", species "rodent", grade C, source "anxiety after repeated social defeat has gone by 24 d and comes back only with a second stressor, although microglia keep another expression (abstract of PMID 30527629, 2019 Biol Psychiatry); it stands at 8 d (Wohleb 2014 Biol Psychiatry, recalled). So days: 3/(1 - 0.3) = 4.3 d with the autocrine share";
        /// Share of the tone that cytokines themselves maintain.
        autocrine_share = 0.30, unit "1", range 0.0..=0.9,
            symbol "f", species "-", grade C, source "interleukin 1 induces itself in human blood cells at some concentrations and inhibits itself at others (1989 Eur J Immunol 19:261, abstract); in the brain amplification is held tight (Liu & Quan 2018 Front Neurol, abstract); size assumed, so that tone is lower 14 d after the sixth infusion (Zhan 2020 Transl Psychiatry)";
        /// Rate at which full suppression by a drug resolves the tone.
        resolution_onset_per_d = 9.0, unit "1/d", range 0.0..=1_000.0,
            symbol "κ", species "human", grade Fitted, source "fitted to a fall of 10-25 % after one 40-min infusion, first seen at 40 min to 4 h: Chen 2018 Psychiatry Res; Kiraly 2017 Transl Psychiatry";
        /// Time constant with which resolution wears off.
        resolution_time_constant_d = 5.0, unit "d", range 0.1..=60.0,
            symbol "τ_ρ", species "human", grade C, source "assumed 3-7 d: cytokines are lower 24 h and 14 d after six infusions in 12 d (Zhan 2020 Transl Psychiatry)";
        /// Weight of everything that inflammation causes; 0 leaves cytokines as a marker without consequence.
        causal_gain = 1.0, unit "1", range 0.0..=3.0,
            symbol "k_c", species "-", grade A, source "0 or 1 by choice: switch S10 (evidence either way in Kopra 2021 J Psychopharmacol)";
        /// Rise of quinolinate per rise of cytokines.
        quinolinate_gain = 0.5, unit "1", range 0.0..=5.0,
            symbol "k_Q", species "rat", grade C, source "IDO and the kynurenine to tryptophan ratio rise with cytokines under chronic mild stress (PMC4816884); size assumed";
        /// Time constant with which quinolinate follows.
        quinolinate_time_constant_d = 1.0, unit "d", range 0.05..=30.0,
            symbol "τ_Q", species "human", grade C, source "unchanged within 6 h of endotoxin although kynurenine rose (PMC6842695); about a day assumed";
    }
}
