"""What a person finds beside an exported season, in words."""

from gameday.season.index import NAME
from gameday.season.selection import Selection

README = "README.txt"
TEXT = """\
Highlights, by Game-Day Vault
=============================

index.html        open it in a browser: every game day, and its clips to play
metadata.csv      a row for each highlight, for spreadsheets and data frames
{index}        every highlight and file with its size and checksum

"<League> Highlights"/Season <year>
                  the clips, one show for each league; a season has the number of the year in
                  which it begins. Beside each clip: its picture (.jpg, -thumb.jpg), what media
                  servers read (.nfo), and everything that is known of it (.json). A highlight
                  without a clip, such as a link, has its .json alone.
{originals}pages/            the game days' pages
archive/          the provider's answers and what each run did, as they were kept

To watch in Plex, Jellyfin or Kodi, add this folder as a library of TV shows, with local NFO files
and artwork. Everything that is no clip is kept out by ignore files. Episodes have the number
<month><day><three digits>, where January is month 13, so that they are in order of time.

To put everything back into an empty vault: gameday import FOLDER
To bring it up to date: gameday export FOLDER
"""
ORIGINALS = """\
originals/        the videos as their sources served them
"""


def about(selection: Selection) -> str:
    """The text of the file."""
    return TEXT.format(index=NAME, originals=ORIGINALS if selection.originals else "")
