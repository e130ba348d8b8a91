//! A reader for `CloudKit` Schema Language, the text that `cktool export-schema` writes.
//!
//! Keywords in any case; names bare or in double quotes; comments `-- …`, `// …` and `/* … */`. Roles of one's own
//! (`CREATE ROLE`) and grants to them are read and left out: no caller of the emulator has them.

use super::schema::{
    FieldSchema, FieldType, Indexes, Kind, Permission, Role, Schema, SystemField, TypeSchema,
};

/// A schema text that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct CkdbError {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What was expected, or what is wrong.
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Quoted(String),
    Mark(char),
    End,
}

impl Token {
    fn shown(&self) -> String {
        match self {
            Self::Word(word) => format!("'{word}'"),
            Self::Quoted(name) => format!("\"{name}\""),
            Self::Mark(mark) => format!("'{mark}'"),
            Self::End => "the end of the text".to_owned(),
        }
    }
}

struct Lexer<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    line: usize,
    column: usize,
}

impl Lexer<'_> {
    fn bump(&mut self) -> Option<char> {
        let c = self.rest.next()?;
        if c == '\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
        Some(c)
    }

    fn skip_line(&mut self) {
        while self.rest.peek().is_some_and(|c| *c != '\n') {
            self.bump();
        }
    }

    fn skip_block(&mut self, opened: (usize, usize)) -> Result<(), CkdbError> {
        let mut before = ' ';
        while let Some(c) = self.bump() {
            if before == '*' && c == '/' {
                return Ok(());
            }
            before = c;
        }
        Err(CkdbError {
            line: opened.0,
            column: opened.1,
            message: "comment is not closed".to_owned(),
        })
    }

    fn quoted(&mut self, opened: (usize, usize)) -> Result<Token, CkdbError> {
        let mut name = String::new();
        loop {
            match self.bump() {
                Some('"') if self.rest.peek() == Some(&'"') => {
                    self.bump();
                    name.push('"');
                }
                Some('"') => return Ok(Token::Quoted(name)),
                Some('\n') | None => {
                    let message = "quoted name is not closed".to_owned();
                    return Err(CkdbError {
                        line: opened.0,
                        column: opened.1,
                        message,
                    });
                }
                Some(c) => name.push(c),
            }
        }
    }

    fn token(&mut self) -> Result<(Token, usize, usize), CkdbError> {
        loop {
            let at = (self.line, self.column);
            let Some(&c) = self.rest.peek() else {
                return Ok((Token::End, at.0, at.1));
            };
            if c.is_alphanumeric() || c == '_' {
                let mut word = String::new();
                while let Some(&c) = self
                    .rest
                    .peek()
                    .filter(|c| c.is_alphanumeric() || matches!(**c, '_' | '.'))
                {
                    word.push(c);
                    self.bump();
                }
                return Ok((Token::Word(word), at.0, at.1));
            }
            self.bump();
            match c {
                _ if c.is_whitespace() || c == '\u{feff}' => {}
                '"' => return self.quoted(at).map(|t| (t, at.0, at.1)),
                '-' if self.rest.peek() == Some(&'-') => self.skip_line(),
                '/' if self.rest.peek() == Some(&'/') => self.skip_line(),
                '/' if self.rest.peek() == Some(&'*') => {
                    self.bump();
                    self.skip_block(at)?;
                }
                '(' | ')' | ',' | ';' | '<' | '>' => return Ok((Token::Mark(c), at.0, at.1)),
                _ => {
                    let message = format!("unexpected character '{c}'");
                    return Err(CkdbError {
                        line: at.0,
                        column: at.1,
                        message,
                    });
                }
            }
        }
    }
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    token: Token,
    line: usize,
    column: usize,
}

/// Reads a whole schema.
pub(super) fn parse(text: &str) -> Result<Schema, CkdbError> {
    let lexer = Lexer {
        rest: text.chars().peekable(),
        line: 1,
        column: 1,
    };
    let mut parser = Parser {
        lexer,
        token: Token::End,
        line: 1,
        column: 1,
    };
    parser.advance()?;
    parser.keyword("DEFINE")?;
    parser.keyword("SCHEMA")?;
    let mut schema = Schema::new();
    while parser.token != Token::End {
        if parser.take_keyword("CREATE")? {
            parser.keyword("ROLE")?;
            parser.name("a role name")?;
        } else if parser.take_keyword("RECORD")? {
            parser.keyword("TYPE")?;
            let at = (parser.line, parser.column);
            let name = parser.name("a record type name")?;
            let body = parser.record_type()?;
            if schema.types.insert(name.clone(), body).is_some() {
                let message = format!("record type {name} is defined twice");
                return Err(CkdbError {
                    line: at.0,
                    column: at.1,
                    message,
                });
            }
        } else if parser.token != Token::Mark(';') {
            return Err(parser.expected("RECORD TYPE or CREATE ROLE"));
        }
        parser.mark(';')?;
    }
    Ok(schema)
}

impl Parser<'_> {
    fn advance(&mut self) -> Result<Token, CkdbError> {
        let (next, line, column) = self.lexer.token()?;
        (self.line, self.column) = (line, column);
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn expected(&self, what: &str) -> CkdbError {
        let message = format!("expected {what}, found {}", self.token.shown());
        CkdbError {
            line: self.line,
            column: self.column,
            message,
        }
    }

    fn at_keyword(&self, keyword: &str) -> bool {
        matches!(&self.token, Token::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    fn take_keyword(&mut self, keyword: &str) -> Result<bool, CkdbError> {
        let found = self.at_keyword(keyword);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn keyword(&mut self, keyword: &str) -> Result<(), CkdbError> {
        if self.take_keyword(keyword)? {
            Ok(())
        } else {
            Err(self.expected(keyword))
        }
    }

    fn take_mark(&mut self, mark: char) -> Result<bool, CkdbError> {
        let found = self.token == Token::Mark(mark);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn mark(&mut self, mark: char) -> Result<(), CkdbError> {
        if self.take_mark(mark)? {
            Ok(())
        } else {
            Err(self.expected(&format!("'{mark}'")))
        }
    }

    fn name(&mut self, what: &str) -> Result<String, CkdbError> {
        match &self.token {
            Token::Word(_) | Token::Quoted(_) => match self.advance()? {
                Token::Word(name) | Token::Quoted(name) => Ok(name),
                Token::Mark(_) | Token::End => Err(self.expected(what)),
            },
            Token::Mark(_) | Token::End => Err(self.expected(what)),
        }
    }

    fn record_type(&mut self) -> Result<TypeSchema, CkdbError> {
        let mut out = TypeSchema::default();
        self.mark('(')?;
        while !self.take_mark(')')? {
            if self.take_keyword("GRANT")? {
                self.grant(&mut out)?;
            } else {
                self.field(&mut out)?;
            }
            if self.token != Token::Mark(')') {
                self.mark(',')?;
            }
        }
        Ok(out)
    }

    fn grant(&mut self, out: &mut TypeSchema) -> Result<(), CkdbError> {
        let mut permissions = Vec::new();
        loop {
            let permission = [Permission::Read, Permission::Create, Permission::Write]
                .into_iter()
                .find(|p| self.at_keyword(p.word()))
                .ok_or_else(|| self.expected("READ, CREATE or WRITE"))?;
            self.advance()?;
            permissions.push(permission);
            if !self.take_mark(',')? {
                break;
            }
        }
        self.keyword("TO")?;
        let role = match self.name("a role")?.as_str() {
            "_world" => Role::World,
            "_icloud" => Role::Icloud,
            "_creator" => Role::Creator,
            _ => return Ok(()),
        };
        out.grants.extend(permissions.into_iter().map(|p| (role, p)));
        Ok(())
    }

    fn field(&mut self, out: &mut TypeSchema) -> Result<(), CkdbError> {
        let (line, column) = (self.line, self.column);
        let at = |message: String| CkdbError {
            line,
            column,
            message,
        };
        let name = self.name("a field name, GRANT or ')'")?;
        let kind = self.field_type()?;
        let indexes = self.indexes()?;
        if let Some(system) = name.strip_prefix("___") {
            let field = match system {
                "recordID" => SystemField::RecordName,
                "createTime" => SystemField::Created,
                "modTime" => SystemField::Modified,
                "createdBy" => SystemField::CreatedBy,
                "modifiedBy" => SystemField::ModifiedBy,
                "share" => SystemField::Share,
                "parent" => SystemField::Parent,
                "etag" => return Ok(()),
                _ => return Err(at(format!("unknown system field {name}"))),
            };
            out.system.insert(field, indexes);
            return Ok(());
        }
        let mut letters = name.chars();
        let good = letters.next().is_some_and(|c| c.is_ascii_alphabetic())
            && letters.all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !good {
            return Err(at(format!(
                "field name {name} is not a letter followed by letters, digits and '_'"
            )));
        }
        if out
            .fields
            .insert(name.clone(), FieldSchema { kind, indexes })
            .is_some()
        {
            return Err(at(format!("field {name} is defined twice")));
        }
        Ok(())
    }

    fn field_type(&mut self) -> Result<FieldType, CkdbError> {
        self.take_keyword("ENCRYPTED")?;
        let out = if self.take_keyword("LIST")? {
            self.mark('<')?;
            self.take_keyword("ENCRYPTED")?;
            let kind = self.kind()?;
            self.mark('>')?;
            FieldType::list(kind)
        } else {
            FieldType::one(self.kind()?)
        };
        self.take_keyword("ENCRYPTED")?;
        Ok(out)
    }

    fn kind(&mut self) -> Result<Kind, CkdbError> {
        let kind = match &self.token {
            Token::Word(word) => match word.to_ascii_uppercase().as_str() {
                "ASSET" => Some(Kind::Asset),
                "ASSETID" => None,
                upper => Kind::from_wire(upper),
            },
            _ => None,
        };
        let kind = kind.ok_or_else(|| {
            self.expected(
                "a type: STRING, INT64, DOUBLE, TIMESTAMP, BYTES, LOCATION, REFERENCE, ASSET or LIST<…>",
            )
        })?;
        self.advance()?;
        Ok(kind)
    }

    fn indexes(&mut self) -> Result<Indexes, CkdbError> {
        let mut out = Indexes::default();
        loop {
            if self.take_keyword("QUERYABLE")? {
                out.queryable = true;
            } else if self.take_keyword("SORTABLE")? {
                out.sortable = true;
            } else if self.take_keyword("SEARCHABLE")? {
                out.searchable = true;
            } else if matches!(self.token, Token::Mark(',' | ')')) {
                return Ok(out);
            } else {
                return Err(self.expected("QUERYABLE, SORTABLE, SEARCHABLE, ',' or ')'"));
            }
        }
    }
}
