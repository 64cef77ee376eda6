"""Searching in Indonesian: `pelaksanaan` finds `melaksanakan`.

Words are stemmed by the Snowball project's Indonesian stemmer (after F. Tala, "A study of
stemming effects on information retrieval in Bahasa Indonesia", 2003): here by the package
`snowballstemmer`, in the reader's browser by the JavaScript form that Sphinx carries.
"""

from __future__ import annotations

import snowballstemmer
from sphinx.search import SearchLanguage, parse_stop_word

STOPWORDS = parse_stop_word(
    """
    ada adalah adanya agar akan antara apa apabila apakah atas atau bagi bahwa banyak bila bukan
    dalam dan dapat dari daripada dengan di dia harus hingga ia ialah ini itu jika juga kami
    karena ke kepada ketika kita lain lalu maka mana masih mereka namun oleh pada para pun saat
    saja sama sampai sangat sebagai sebelum sebuah secara sehingga sejak seluruh semua seperti
    serta setelah setiap suatu sudah supaya tanpa telah tentang tersebut tetapi tidak untuk
    yaitu yakni yang
    """
)
"""Words too frequent to search by."""


class SearchIndonesian(SearchLanguage):
    """Indonesian for Sphinx's search."""

    lang = "id"
    language_name = "Indonesian"
    js_stemmer_rawcode = "indonesian-stemmer.js"
    stopwords = STOPWORDS

    def __init__(self, options: dict[str, str]) -> None:
        super().__init__(options)
        self._stemmer = snowballstemmer.stemmer("indonesian")

    def stem(self, word: str) -> str:
        """Return the stem of a word in lower case."""
        return str(self._stemmer.stemWord(word.lower()))
