//! Free text from the field: Vietnamese in composed form, and a look for numbers that name people.

/// Combining marks of Vietnamese with their canonical combining class, in Unicode's composition tables.
const MARKS: [(char, u8); 8] = [
    ('\u{31B}', 216),
    ('\u{323}', 220),
    ('\u{302}', 230),
    ('\u{306}', 230),
    ('\u{300}', 230),
    ('\u{301}', 230),
    ('\u{303}', 230),
    ('\u{309}', 230),
];

/// Mark, letters without it, letters with it.
const COMPOSED: [(char, &str, &str); 8] = [
    ('\u{31B}', "ouOU", "ơưƠƯ"),
    ('\u{323}', "aeioơuưyAEIOƠUƯY", "ạẹịọợụựỵẠẸỊỌỢỤỰỴ"),
    ('\u{302}', "aeoạẹọAEOẠẸỌ", "âêôậệộÂÊÔẬỆỘ"),
    ('\u{306}', "aạAẠ", "ăặĂẶ"),
    (
        '\u{300}',
        "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY",
        "àằầèềìòồờùừỳÀẰẦÈỀÌÒỒỜÙỪỲ",
    ),
    (
        '\u{301}',
        "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY",
        "áắấéếíóốớúứýÁẮẤÉẾÍÓỐỚÚỨÝ",
    ),
    (
        '\u{303}',
        "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY",
        "ãẵẫẽễĩõỗỡũữỹÃẴẪẼỄĨÕỖỠŨỮỸ",
    ),
    (
        '\u{309}',
        "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY",
        "ảẳẩẻểỉỏổởủửỷẢẲẨẺỂỈỎỔỞỦỬỶ",
    ),
];

/// The digits of identity cards and phone numbers in Vietnam: 9 to 12.
const NAMING_DIGITS: std::ops::RangeInclusive<usize> = 9..=12;

/// Groups of a spaced-out phone number; shorter ones are dates and times.
const SHORTEST_GROUP: usize = 3;

/// Unicode normalisation form C for texts of Vietnamese letters and marks; other scripts pass unchanged.
#[must_use]
pub fn composed(text: &str) -> String {
    let mut out: Vec<char> = Vec::with_capacity(text.len());
    let mut marks: Vec<(char, u8)> = Vec::new();
    for letter in text.chars() {
        if let Some(mark) = MARKS.iter().find(|(mark, _)| *mark == letter) {
            marks.push(*mark);
        } else {
            settle(&mut out, &mut marks);
            out.push(letter);
        }
    }
    settle(&mut out, &mut marks);
    out.into_iter().collect()
}

/// Puts the waiting marks onto the last letter, in canonical order with those it already bears.
fn settle(out: &mut Vec<char>, marks: &mut Vec<(char, u8)>) {
    if marks.is_empty() {
        return;
    }
    while let Some((plain, mark)) = out.last().and_then(|letter| decompose(*letter)) {
        out.pop();
        out.push(plain);
        marks.insert(0, mark);
    }
    marks.sort_by_key(|(_, class)| *class);
    let mut kept = Vec::new();
    for (mark, class) in marks.drain(..) {
        let blocked = kept.last().is_some_and(|(_, last)| *last >= class);
        match out
            .last()
            .filter(|_| !blocked)
            .and_then(|letter| compose(*letter, mark))
        {
            Some(whole) => {
                out.pop();
                out.push(whole);
            }
            None => kept.push((mark, class)),
        }
    }
    out.extend(kept.into_iter().map(|(mark, _)| mark));
}

fn compose(letter: char, mark: char) -> Option<char> {
    let (_, plain, whole) = COMPOSED.iter().find(|(of, _, _)| *of == mark)?;
    plain
        .chars()
        .zip(whole.chars())
        .find(|(from, _)| *from == letter)
        .map(|(_, to)| to)
}

fn decompose(letter: char) -> Option<(char, (char, u8))> {
    COMPOSED.iter().find_map(|(mark, plain, whole)| {
        let (from, _) = plain
            .chars()
            .zip(whole.chars())
            .find(|(_, to)| *to == letter)?;
        let mark = MARKS.iter().find(|(known, _)| known == mark)?;
        Some((from, *mark))
    })
}

/// Whether the text holds a number that may name a person: 9 to 12 digits in a row, or in groups of at least
/// three parted by single spaces, dots or hyphens. Warned about, never refused.
#[must_use]
pub fn holds_naming_number(text: &str) -> bool {
    let mut digits = 0;
    let mut groups = Vec::new();
    let mut last = ' ';
    for letter in text.chars().chain(['\n']) {
        if letter.is_ascii_digit() {
            digits += 1;
        } else {
            if digits > 0 {
                groups.push(digits);
                digits = 0;
            }
            let joins = matches!(letter, ' ' | '.' | '-') && last.is_ascii_digit();
            if !joins && names_someone(&std::mem::take(&mut groups)) {
                return true;
            }
        }
        last = letter;
    }
    false
}

fn names_someone(groups: &[usize]) -> bool {
    let spaced = groups
        .split(|digits| *digits < SHORTEST_GROUP)
        .map(|run| run.iter().sum::<usize>());
    groups
        .iter()
        .copied()
        .chain(spaced)
        .any(|digits| NAMING_DIGITS.contains(&digits))
}
