//! What can be typed about single records.

use clap::Args;

const UPDATE_VALUE: &str = "\
A field and its new value; an empty value clears a field that is no text

What `get` prints can be given back.

  FIELD=-           standard input (FIELD=@- too)
  FIELD=@PATH       a file, without the line break at its end
  FIELD='\"@home\"'  quotes: the text begins with @, is a lone -, or has blanks at its ends

Text is taken as it stands, and as JSON where that is needed: '\"two\\nlines\"'.

Other values are JSON where they begin with [ or {:

  FIELD='[\"a, b\", \"c\"]'
  FIELD='{\"latitude\": 48.2, \"longitude\": 16.3, \"altitude\": 171.5}'

Otherwise commas separate the elements of a list, semicolons the places of one.

Parts of a place that are left out, and the action of a reference, stay as they are.";

/// `list`
#[derive(Debug, Clone, Args)]
pub struct List {
    /// The record type
    #[arg(value_name = "TYPE")]
    pub record_type: String,
    /// Print only how many there are
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
    /// A field and its new value; an empty value clears a field that is no text
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
