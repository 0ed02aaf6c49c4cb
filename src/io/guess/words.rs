//! The words by which exports call their columns, in a few languages, and how well a header fits them.

/// What a column can be guessed to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    Id,
    Closed,
    Amount,
    Payee,
    SecondPayee,
    SecondShare,
    Currency,
    Product,
    Kind,
    Account,
    Region,
    Channel,
    Quantity,
    Stage,
    Manager,
}

/// The phrases of headers by field, better ones first, as [`plain`] writes them; `|` stands between them.
const PHRASES: [(Field, &str); 15] = [
    (
        Field::Id,
        "opportunity id|deal id|opp id|order id|order number|order no|sales order id|contract id\
         |invoice number|invoice no|invoice id|transaction id|record id|hs object id|reference|id|number|deal\
         |auftragsnummer|auftragsnr|auftrags nr|belegnummer|rechnungsnummer|vorgangsnummer|vorgang|nummer|nr\
         |numero de commande|numero de facture|no commande|identifiant|numero|numero de pedido\
         |numero de factura|pedido|identificador|referencia|factura|رقم الصفقة|رقم الطلب|رقم الفاتورة|المعرف\
         |معرف|الرقم|رقم",
    ),
    (
        Field::Closed,
        "close date|closedate|closed date|closing date|date closed|closed on|closed|won date|date won|signed on\
         |signature date|order date|booking date|sale date|sold on|contract date|invoice date\
         |transaction date|date|abschlussdatum|abschluss datum|abgeschlossen am|auftragsdatum|verkaufsdatum\
         |rechnungsdatum|datum|date de cloture|date de signature|date de vente|date de commande|date commande\
         |date vente|fecha de cierre|fecha cierre|fecha de venta|fecha de pedido|fecha|تاريخ الاغلاق\
         |تاريخ البيع|تاريخ الصفقة|تاريخ الطلب|التاريخ|تاريخ",
    ),
    (
        Field::Amount,
        "close value|deal amount|deal value|opportunity amount|net amount|amount|contract value|order value\
         |acv|tcv|arr|revenue|sub total|subtotal|value|sales|total|price|auftragswert|nettobetrag\
         |netto betrag|betrag netto|betrag|umsatz|wert|summe|netto|preis|montant ht|montant\
         |chiffre d affaires|valeur|prix|importe neto|importe|monto|valor|precio|المبلغ|مبلغ|قيمة الصفقة\
         |القيمة|الاجمالي|السعر",
    ),
    (
        Field::Payee,
        "sales agent|sales rep|sales representative|sales person|salesperson|salesperson id|sales person id\
         |rep|rep id|rep name|account executive|opportunity owner|deal owner|hubspot owner id|owner|owner name|seller|agent\
         |payee|employee|consultant|vertriebsmitarbeiter|verkaufer|verkaeufer|betreuer|vertreter|mitarbeiter\
         |inhaber|vendeur|commercial|proprietaire|conseiller|vendedor|comercial|propietario|agente|ejecutivo\
         |المندوب|مندوب المبيعات|مندوب|البائع|بائع|الموظف|المالك",
    ),
    (
        Field::SecondPayee,
        "split rep|split rep id|second rep|second rep id|secondary rep|co rep|co seller|co owner|split owner\
         |split with|rep 2|owner 2|payee 2",
    ),
    (
        Field::SecondShare,
        "split pct|split percent|split percentage|split share|split|second share|share|share 2|pct|anteil\
         |part|porcentaje",
    ),
    (
        Field::Currency,
        "currency|currency code|deal currency|currency iso code|wahrung|waehrung|devise|moneda|divisa|العملة\
         |عملة",
    ),
    (
        Field::Product,
        "product|product name|product line|item|sku|produkt|artikel|produit|article|producto|articulo|المنتج\
         |منتج",
    ),
    (Field::Kind, "deal type|opportunity type|order type|kind|type|typ|art|tipo|النوع|نوع"),
    (
        Field::Account,
        "account name|account|customer name|customer|client name|client|company|company name|customer id\
         |kundenname|kunde|firma|societe|entreprise|nom du client|cliente|empresa|العميل|عميل|الشركة|الزبون",
    ),
    (
        Field::Region,
        "region|territory|territory id|sales region|regional office|gebiet|vertriebsgebiet|territoire\
         |territorio|zona|المنطقة|منطقة",
    ),
    (Field::Channel, "channel|sales channel|kanal|vertriebskanal|canal|القناة|قناة"),
    (Field::Quantity, "quantity|qty|units|seats|menge|anzahl|stuck|quantite|cantidad|unidades|الكمية|كمية"),
    (
        Field::Stage,
        "deal stage|dealstage|stage|stage name|deal status|status|state|phase|etape|statut|etapa|estado|الحالة|المرحلة\
         |حالة",
    ),
    (
        Field::Manager,
        "manager|manager id|sales manager|reports to|supervisor|team lead|vorgesetzter|leiter|teamleiter\
         |responsable|gerente|jefe|المدير|مدير",
    ),
];

impl Field {
    /// What a column of deals can be taken for, in the order in which people are asked; the first three are needed.
    pub const OF_DEALS: [Self; 14] = [
        Self::Closed,
        Self::Amount,
        Self::Payee,
        Self::Id,
        Self::Currency,
        Self::Kind,
        Self::Product,
        Self::Account,
        Self::Region,
        Self::Channel,
        Self::Quantity,
        Self::SecondPayee,
        Self::SecondShare,
        Self::Stage,
    ];

    /// How the guess names it: our column, or what it does.
    pub fn word(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Closed => "closed",
            Self::Amount => "amount",
            Self::Payee => "payee",
            Self::SecondPayee => "second payee",
            Self::SecondShare => "share of the second payee",
            Self::Currency => "currency",
            Self::Product => "product",
            Self::Kind => "kind",
            Self::Account => "account",
            Self::Region => "region",
            Self::Channel => "channel",
            Self::Quantity => "quantity",
            Self::Stage => "filter",
            Self::Manager => "manager",
        }
    }

    /// The phrases of headers, better ones first.
    fn phrases(self) -> impl Iterator<Item = &'static str> {
        PHRASES.iter().filter(move |(field, _)| *field == self).flat_map(|(_, phrases)| phrases.split('|'))
    }

    /// How well a header fits: whole phrases best, phrases inside a header next, earlier phrases before later ones.
    pub fn fit(self, header: &str) -> u32 {
        let header = plain(header);
        let points = |place: usize| 99_u32.saturating_sub(u32::try_from(place).unwrap_or(99));
        let whole = self.phrases().position(|phrase| phrase == header);
        let inside = || {
            let padded = format!(" {header} ");
            self.phrases().position(|phrase| phrase.len() > 2 && padded.contains(&format!(" {phrase} ")))
        };
        let found = match whole {
            Some(place) => points(place).saturating_add(WHOLE),
            None => inside().map_or(0, points),
        };
        if self == Self::Closed && is_of_another_day(&header) { found.min(DOUBTFUL) } else { found }
    }
}

/// What a header that is a phrase, and not only has one in it, fits more.
pub(super) const WHOLE: u32 = 200;

/// How well the day of something else fits as that of the sale: taken only where there is no other.
pub(super) const DOUBTFUL: u32 = 1;

/// Whether a header, in plain words, is that of a day that is planned, or of the row and not of the sale.
fn is_of_another_day(header: &str) -> bool {
    const WORDS: [&str; 14] = [
        "expected",
        "planned",
        "estimated",
        "forecast",
        "target",
        "created",
        "create",
        "modified",
        "updated",
        "last",
        "erwartet",
        "geplant",
        "erstellt",
        "prevue",
    ];
    header.split(' ').any(|word| WORDS.contains(&word))
}

/// Whether a header asks whether a row was thrown away.
pub(super) fn says_deleted(header: &str) -> bool {
    matches!(plain(header).as_str(), "is deleted" | "deleted" | "archived" | "is archived" | "geloscht" | "supprime")
}

/// Whether a header says that an amount is in the smallest unit of its currency.
pub(super) fn says_cents(header: &str) -> bool {
    plain(header).split(' ').any(|word| matches!(word, "cent" | "cents" | "pence" | "centimes"))
}

/// Stages that mean that a deal was won; what stands in brackets behind one, the name of its pipeline, says nothing of it.
pub(super) fn means_won(value: &str) -> bool {
    const WON: [&str; 18] = [
        "won",
        "closed won",
        "closedwon",
        "won closed",
        "gewonnen",
        "abgeschlossen gewonnen",
        "gagne",
        "gagnee",
        "cloture gagne",
        "gagnes",
        "ganado",
        "ganada",
        "cerrado ganado",
        "cerrada ganada",
        "فاز",
        "تم الفوز",
        "مغلق رابح",
        "رابحة",
    ];
    let stage = value.trim_end().strip_suffix(')').and_then(|value| value.rsplit_once('('));
    let plain = plain(stage.map_or(value, |(stage, _)| stage));
    // A number before it tells how far a deal is: `6 - Closed Won`, `S6 Closed Won`, `100% Won`.
    let counted = |word: &str| word.len() <= 3 && word.contains(|c: char| c.is_ascii_digit());
    WON.contains(&plain.as_str())
        || plain.split_once(' ').is_some_and(|(first, rest)| counted(first) && WON.contains(&rest))
}

/// Whether a header asks of each deal whether it was won: `Won?`, `Is Closed Won`.
pub(super) fn asks_won(header: &str) -> bool {
    let header = plain(header);
    let asked = ["is ", "deal ", "ist ", "est ", "es "].iter().find_map(|word| header.strip_prefix(word));
    means_won(asked.unwrap_or(&header))
}

/// Whether a word means yes, or no; `None`: neither.
pub(super) fn yes_or_no(value: &str) -> Option<bool> {
    const YES: [&str; 12] = ["yes", "true", "y", "1", "x", "ja", "wahr", "oui", "vrai", "si", "verdadero", "نعم"];
    const NO: [&str; 10] = ["no", "false", "n", "0", "nein", "falsch", "non", "faux", "falso", "لا"];
    let word = plain(value);
    if YES.contains(&word.as_str()) {
        return Some(true);
    }
    NO.contains(&word.as_str()).then_some(false)
}

/// A header in plain words: lower case, no accents, words apart, the parts of `closeDate` and `close_date` too.
pub(super) fn plain(header: &str) -> String {
    let mut words = String::new();
    let mut before_lower = false;
    for c in header.chars() {
        if c.is_uppercase() && before_lower {
            words.push(' ');
        }
        before_lower = c.is_lowercase();
        let folded = fold(c);
        if folded.is_empty() && !words.ends_with(' ') {
            words.push(' ');
        }
        words.push_str(&folded);
    }
    words.trim().to_owned()
}

/// A character in lower case without its accent; empty for what stands between words.
fn fold(c: char) -> String {
    match c {
        'à'..='å' | 'À'..='Å' => "a".to_owned(),
        'è'..='ë' | 'È'..='Ë' => "e".to_owned(),
        'ì'..='ï' | 'Ì'..='Ï' => "i".to_owned(),
        'ò'..='ö' | 'Ò'..='Ö' => "o".to_owned(),
        'ù'..='ü' | 'Ù'..='Ü' => "u".to_owned(),
        'ç' | 'Ç' => "c".to_owned(),
        'ñ' | 'Ñ' => "n".to_owned(),
        'ß' => "ss".to_owned(),
        // The forms of alef, and the letter that only marks a vowel's length.
        'أ' | 'إ' | 'آ' => "ا".to_owned(),
        _ if c.is_alphanumeric() => c.to_lowercase().collect(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_compared_in_plain_words() {
        assert_eq!(plain("closeDate"), "close date");
        assert_eq!(plain(" Close_Date (UTC) "), "close date utc");
        assert_eq!(plain("Verkäufer"), "verkaufer");
        assert_eq!(plain("N° de commande"), "n de commande");
        assert_eq!(plain("تاريخ الإغلاق"), "تاريخ الاغلاق");
        assert_eq!(plain("SalesOrderID"), "sales order id");
    }

    #[test]
    fn better_phrases_fit_better() {
        assert!(Field::Closed.fit("close_date") > Field::Closed.fit("Order Date"));
        assert!(Field::Closed.fit("Actual Close Date") > Field::Closed.fit("Expected Close Date"));
        assert!(Field::Closed.fit("Order Date") > Field::Closed.fit("Created Date"));
        assert!(Field::Amount.fit("Betrag (EUR)") > 0);
        assert_eq!(Field::Amount.fit("color"), 0);
        assert!(Field::Payee.fit("Sales Person ID") > Field::Id.fit("Sales Person ID"));
    }

    #[test]
    fn won_is_known_in_many_spellings() {
        for won in
            ["Closed Won", "Gagnée", "closedwon", "Closed Won (Sales Pipeline)", "Won (2026) ", "تم الفوز (مبيعات)"]
        {
            assert!(means_won(won), "{won}");
        }
        for won in ["6 - Closed Won", "6. Closed Won", "S6 Closed Won", "100% Won"] {
            assert!(means_won(won), "{won}");
        }
        for other in [
            "7 - Closed Lost",
            "0% Lost",
            "Lost",
            "closedlost",
            "Closed Lost (Won back)",
            "(Won)",
            "Won back",
            "Not won",
            "",
        ] {
            assert!(!means_won(other), "{other}");
        }
        for header in ["Won", "Won?", "Is Won", "IsWon", "is_closed_won", "Gewonnen", "Deal Won"] {
            assert!(asks_won(header), "{header}");
        }
        for header in ["Won time", "Date Won", "Deal - Won time", "Lost", "Is", "Stage"] {
            assert!(!asks_won(header), "{header}");
        }
        assert_eq!(
            ["TRUE", "Sí", "0", "Non", "Maybe"].map(yes_or_no),
            [Some(true), Some(true), Some(false), Some(false), None]
        );
    }
}
