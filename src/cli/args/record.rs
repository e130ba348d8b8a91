//! Arguments of the commands for single records.

use clap::Args;

const UPDATE_VALUE: &str = "\
A field and its new value; an empty value clears the field unless it is a STRING

Values that `get` prints are accepted as they are.

  FIELD=-           standard input (FIELD=@- too)
  FIELD=@PATH       the contents of a file, without the final line break
  FIELD='\"@home\"'  quotes, for text that begins with @, is only -, or begins or ends with spaces

Text is used as typed. Where needed, write it as a JSON string: '\"two\\nlines\"'.

Other values that begin with [ or { are read as JSON:

  FIELD='[\"a, b\", \"c\"]'
  FIELD='{\"latitude\": 48.2, \"longitude\": 16.3, \"altitude\": 171.5}'

Otherwise, separate list elements with commas, and locations in a list with semicolons.

Parts of a location that you leave out, and the action of a reference, do not change.";

/// `list`
#[derive(Debug, Clone, Args)]
pub struct List {
    /// The record type
    #[arg(value_name = "TYPE")]
    pub record_type: String,
    /// Print only the number of records
    #[arg(long)]
    pub count: bool,
}

/// A record by type and name.
#[derive(Debug, Clone, Args)]
pub struct One {
    /// The record type
    #[arg(value_name = "TYPE")]
    pub record_type: String,
    /// The record name
    #[arg(value_name = "ID")]
    pub name: String,
}

/// `update`
#[derive(Debug, Clone, Args)]
pub struct Update {
    /// Which record
    #[command(flatten)]
    pub record: One,
    /// A field and its new value; an empty value clears the field unless it is a STRING
    #[arg(value_name = "FIELD=VALUE", long_help = UPDATE_VALUE)]
    pub fields: Vec<String>,
    /// Clear a field
    #[arg(long, value_name = "FIELD")]
    pub clear: Vec<String>,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
    /// What the script's flag agreed to
    #[arg(long, hide = true)]
    pub writes_agreed: bool,
}

/// `delete`
#[derive(Debug, Clone, Args)]
pub struct Delete {
    /// Which record
    #[command(flatten)]
    pub record: One,
    /// Do not ask
    #[arg(long, short = 'f', alias = "yes", short_alias = 'y')]
    pub force: bool,
}
