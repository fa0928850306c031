"""How names are compared: without case and accents, with å, ä and ö last in the alphabet on every database."""

import unicodedata

# Letters only, so that every collation agrees: no name holds "zzz".
_SWEDISH_LAST = str.maketrans({"å": "zzza", "ä": "zzzb", "æ": "zzzb", "ö": "zzzc", "ø": "zzzc"})


def name_key(name: str) -> str:
    """A key to sort and search by. A prefix of a name has a key that is a prefix of the name's key."""
    folded = unicodedata.normalize("NFC", name).casefold().translate(_SWEDISH_LAST)
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(sign))
    return " ".join(bare.split())
