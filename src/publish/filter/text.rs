//! CQL2 text (OGC 21-065, annex B).

use geo::Rect;

use super::build::{Builder, Context, Fault, Node, condition, fault};
use super::lexer::{Token, tokens};
use super::wkt;
use super::{ArithmeticOp, Comparison, Expr};

/// Longest text that is read.
const MOST_BYTES: usize = 64 * 1024;

/// Reads a condition.
pub fn parse_text(text: &str, context: Context<'_>) -> Result<Expr, Fault> {
    if text.len() > MOST_BYTES {
        return fault(format!("longer than {MOST_BYTES} bytes"));
    }
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
        builder: Builder::new(context),
    };
    let node = parser.expression(0)?;
    if parser.peek().is_some() {
        return fault(format!(
            "goes on after its end, at part {} of the text",
            parser.at + 1
        ));
    }
    condition(node)
}

/// Reads tokens one after the other.
pub(super) struct Parser<'a> {
    tokens: Vec<Token>,
    at: usize,
    pub(super) builder: Builder<'a>,
}

/// How tightly operators bind, loosest first.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const SUM: u8 = 5;
const PRODUCT: u8 = 6;
const POWER: u8 = 7;

impl Parser<'_> {
    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    pub(super) fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    /// Takes a sign if it comes next.
    pub(super) fn takes(&mut self, sign: &str) -> bool {
        let is_next = matches!(self.peek(), Some(Token::Sign(own)) if *own == sign);
        self.at += usize::from(is_next);
        is_next
    }

    pub(super) fn needs(&mut self, sign: &str) -> Result<(), Fault> {
        if self.takes(sign) {
            Ok(())
        } else {
            fault(format!(
                "expected {sign} at part {} of the text",
                self.at + 1
            ))
        }
    }

    /// Takes a word if it comes next, whatever its case.
    pub(super) fn takes_word(&mut self, word: &str) -> bool {
        let is_next = self.is_word(word);
        self.at += usize::from(is_next);
        is_next
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(own)) if own.eq_ignore_ascii_case(word))
    }

    /// Reads operands and operators that bind at least so tightly.
    fn expression(&mut self, least: u8) -> Result<Node, Fault> {
        self.builder.enter()?;
        let mut left = if self.takes_word("NOT") {
            let inner = self.expression(NOT)?;
            self.builder.not(inner)?
        } else {
            self.operand()?
        };
        while let Some(joined) = self.joined(left.clone(), least)? {
            left = joined;
        }
        self.builder.leave();
        Ok(left)
    }

    /// The operand with the operator that follows it, if one does that binds tightly enough.
    fn joined(&mut self, left: Node, least: u8) -> Result<Option<Node>, Fault> {
        for (word, binds) in [("OR", OR), ("AND", AND)] {
            if binds > least && self.takes_word(word) {
                return self.chain(left, word, binds).map(Some);
            }
        }
        if COMPARE > least
            && let Some(node) = self.predicate(left.clone())?
        {
            return Ok(Some(node));
        }
        for (sign, how, binds) in ARITHMETIC {
            let is_word = sign.starts_with(char::is_alphabetic);
            let binds_enough = *binds > least;
            let is_next = binds_enough
                && if is_word {
                    self.takes_word(sign)
                } else {
                    self.takes(sign)
                };
            if is_next {
                // Powers are joined from the right.
                let right = self.expression(if *how == ArithmeticOp::Power {
                    *binds - 1
                } else {
                    *binds
                })?;
                return self.builder.arithmetic(*how, left, right).map(Some);
            }
        }
        Ok(None)
    }

    fn chain(&mut self, left: Node, word: &str, binds: u8) -> Result<Node, Fault> {
        let mut parts = vec![left, self.expression(binds)?];
        while self.takes_word(word) {
            parts.push(self.expression(binds)?);
        }
        self.builder.joined(binds == AND, parts)
    }

    fn predicate(&mut self, left: Node) -> Result<Option<Node>, Fault> {
        for (sign, how) in COMPARISONS {
            if self.takes(sign) {
                let right = self.expression(COMPARE)?;
                return self.builder.compare(*how, left, right).map(Some);
            }
        }
        if self.takes_word("IS") {
            let is_not = self.takes_word("NOT");
            if !self.takes_word("NULL") {
                return fault("expected NULL after IS");
            }
            let node = self.builder.is_null(left)?;
            return self.negated(is_not, node).map(Some);
        }
        let is_not = self.takes_word("NOT");
        if self.takes_word("LIKE") {
            let pattern = self.expression(COMPARE)?;
            let node = self.builder.like(left, pattern)?;
            return self.negated(is_not, node).map(Some);
        }
        if self.takes_word("BETWEEN") {
            let low = self.expression(COMPARE)?;
            if !self.takes_word("AND") {
                return fault("expected AND between the ends of BETWEEN");
            }
            let high = self.expression(COMPARE)?;
            let node = self.builder.between(left, low, high)?;
            return self.negated(is_not, node).map(Some);
        }
        if self.takes_word("IN") {
            let mut list = Vec::new();
            for node in self.arguments()? {
                match node {
                    Node::Scalar(scalar, sort) => list.push((scalar, sort)),
                    _ => return fault("IN compares single values"),
                }
            }
            let node = self.builder.is_in(left, list)?;
            return self.negated(is_not, node).map(Some);
        }
        if is_not {
            return fault("expected LIKE, BETWEEN or IN after NOT");
        }
        Ok(None)
    }

    fn negated(&mut self, is_not: bool, node: Node) -> Result<Node, Fault> {
        if is_not {
            self.builder.not(node)
        } else {
            Ok(node)
        }
    }

    fn arguments(&mut self) -> Result<Vec<Node>, Fault> {
        self.needs("(")?;
        let mut arguments = Vec::new();
        loop {
            arguments.push(self.expression(0)?);
            if self.takes(")") {
                return Ok(arguments);
            }
            self.needs(",")?;
        }
    }

    fn operand(&mut self) -> Result<Node, Fault> {
        match self.next() {
            Some(Token::Number(text)) => self.builder.number(&text),
            Some(Token::Text(text)) => self.builder.text(&text),
            Some(Token::Name(name)) => self.builder.property(&name),
            Some(Token::Sign("(")) => {
                let inner = self.expression(0)?;
                self.needs(")")?;
                Ok(inner)
            }
            Some(Token::Sign(sign @ ("-" | "+"))) => self.signed(sign == "-"),
            Some(Token::Word(word)) => self.word(&word),
            _ => fault(format!("expected a value at part {} of the text", self.at)),
        }
    }

    fn signed(&mut self, is_negative: bool) -> Result<Node, Fault> {
        if let Some(Token::Number(text)) = self.peek() {
            let text = if is_negative {
                format!("-{text}")
            } else {
                text.clone()
            };
            self.at += 1;
            return self.builder.number(&text);
        }
        let zero = self.builder.number("0")?;
        let inner = self.expression(PRODUCT)?;
        let how = if is_negative {
            ArithmeticOp::Subtract
        } else {
            ArithmeticOp::Add
        };
        self.builder.arithmetic(how, zero, inner)
    }

    fn word(&mut self, word: &str) -> Result<Node, Fault> {
        let small = word.to_ascii_lowercase();
        let calls = matches!(self.peek(), Some(Token::Sign("(")));
        match small.as_str() {
            "true" => self.builder.flag(true),
            "false" => self.builder.flag(false),
            "date" | "timestamp" if calls => self.instant(),
            "interval" if calls => self.interval(),
            "bbox" if calls => self.bbox(),
            name if wkt::is_geometry(name) && (calls || self.is_word("Z")) => {
                let geometry = wkt::geometry(self, name)?;
                self.builder.geometry(geometry)
            }
            name if calls => {
                let arguments = self.arguments()?;
                self.builder.call(name, arguments)
            }
            _ => self.builder.property(word),
        }
    }

    fn quoted(&mut self) -> Result<String, Fault> {
        match self.next() {
            Some(Token::Text(text)) => Ok(text),
            _ => fault("expected a time between single quotes"),
        }
    }

    fn instant(&mut self) -> Result<Node, Fault> {
        self.needs("(")?;
        let text = self.quoted()?;
        self.needs(")")?;
        self.builder.instant(&text)
    }

    fn interval(&mut self) -> Result<Node, Fault> {
        self.needs("(")?;
        let from = self.end()?;
        self.needs(",")?;
        let to = self.end()?;
        self.needs(")")?;
        self.builder.interval([from, to])
    }

    fn end(&mut self) -> Result<Option<Node>, Fault> {
        if !matches!(self.peek(), Some(Token::Text(_))) {
            return self.operand().map(Some);
        }
        match self.quoted()?.as_str() {
            ".." => Ok(None),
            text => self.builder.instant(text).map(Some),
        }
    }

    fn bbox(&mut self) -> Result<Node, Fault> {
        self.needs("(")?;
        let mut numbers = vec![self.coordinate()?];
        while self.takes(",") && numbers.len() < 6 {
            numbers.push(self.coordinate()?);
        }
        self.needs(")")?;
        let rect = bbox_of(&numbers)?;
        self.builder.geometry(rect.to_polygon().into())
    }

    pub(super) fn coordinate(&mut self) -> Result<f64, Fault> {
        let is_negative = self.takes("-") || {
            self.takes("+");
            false
        };
        match self.next() {
            Some(Token::Number(text)) => {
                let number: f64 = text.parse().unwrap_or(f64::NAN);
                Ok(if is_negative { -number } else { number })
            }
            _ => fault("expected a coordinate"),
        }
    }
}

/// A rectangle of four numbers, or of six with heights.
pub(super) fn bbox_of(numbers: &[f64]) -> Result<Rect<f64>, Fault> {
    let ([west, south, east, north] | [west, south, _, east, north, _]) = *numbers else {
        return fault("a bbox has four or six numbers");
    };
    if west > east || south > north || numbers.iter().any(|number| !number.is_finite()) {
        return fault("a bbox is its lower corner and then its upper corner");
    }
    Ok(Rect::new((west, south), (east, north)))
}

const COMPARISONS: &[(&str, Comparison)] = &[
    ("=", Comparison::Equal),
    ("<>", Comparison::NotEqual),
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
];

const ARITHMETIC: &[(&str, ArithmeticOp, u8)] = &[
    ("+", ArithmeticOp::Add, SUM),
    ("-", ArithmeticOp::Subtract, SUM),
    ("*", ArithmeticOp::Multiply, PRODUCT),
    ("/", ArithmeticOp::Divide, PRODUCT),
    ("%", ArithmeticOp::Modulo, PRODUCT),
    ("div", ArithmeticOp::IntegerDivide, PRODUCT),
    ("^", ArithmeticOp::Power, POWER),
];
