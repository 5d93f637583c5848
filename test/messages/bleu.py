"""Scores of sacrebleu for bleu.test.ts. Not a dependency of anything: `pip install sacrebleu`, then

    python test/messages/bleu.py

writes bleu.json beside it.
"""
import json
from pathlib import Path

import sacrebleu

CASES = [
    # The same; nothing in common; nothing written; shorter and longer.
    (['A type cannot be used here.'], ['A type cannot be used here.']),
    (['One two three four.'], ['Fünf sechs sieben acht!']),
    ([''], ['A type cannot be used here.']),
    (['The cat'], ['The cat sat on the mat']),
    (['The cat sat'], ['The cat sat on the mat']),
    (['the the the the the the the'], ['The cat is on the mat']),
    (['The cat sat on the mat today, all day long'], ['The cat sat on the mat']),
    # No 4-gram, no trigram right: smoothed.
    (['Der Typ {0} darf nicht verwendet werden'], ['Der Typ "{0}" kann hier nicht verwendet werden.']),
    (['Ein Typ ist das nicht'], ['Das ist nicht ein Typ hier']),
    # Several texts; figures, points, commas, hyphens, brackets, other alphabets.
    (
        ['Die Option "--outDir" wurde in 5.0 entfernt.', 'Version 1,000.5 - 2-3 (siehe a/b).', 'Le type « {0} » n\'est pas valide.'],
        ['Die Option "--outFile" wurde in 5.0 entfernt.', 'Version 1,000.6 - 2-3 (siehe a/c)', 'Le type « {0} » n\'est pas autorisé.'],
    ),
    (['Модуль "{0}" не найден.', 'A &quot;b&quot; &amp; c &lt;d&gt;'], ['Файл "{0}" не найден.', 'A "b" & c <e>']),
    (['a b c d e f', ''], ['a b c d e g', 'h i']),
    (['10-20, 3.14-x .5 x.5 5.x', 'x_y@z #1 100% $5 ~a^b|c\\d`e'], ['10-20, 3.14-y .5 x.5 5.x', 'x_y@z #1 100% $6 ~a^b|c\\d`e']),
    (['日本語の 文字 です。 はい', 'a\u00a0b  c\td'], ['日本語の 文字 です。 いいえ', 'a b c d']),
]

bleu = sacrebleu.metrics.BLEU()
cases = [dict(answers=a, references=r, tokens=[bleu.tokenizer(t.rstrip()) for t in a], score=bleu.corpus_score(a, [r]).score) for a, r in CASES]
found = dict(signature=str(bleu.get_signature()), cases=cases)
Path(__file__).with_suffix('.json').write_text(json.dumps(found, ensure_ascii=False, indent=1) + '\n', encoding='utf8')
