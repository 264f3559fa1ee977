"""The made-up people and offices that the sample filings are about."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from forms.grammar import my_number_check_digit
from kamizero.records import OfficeRecord

_SEED = 2020

# Name | kana | born | 1 male 2 female. All of them are made up.
_CAST = """
佐藤　花子|サトウ　ハナコ|1990-05-12|2
鈴木　大輔|スズキ　ダイスケ|1985-11-03|1
髙橋　美咲|タカハシ　ミサキ|1996-02-28|2
田中　翔太|タナカ　ショウタ|1999-08-17|1
伊藤　さくら|イトウ　サクラ|2001-03-30|2
LEE　MINHO|リー　ミンホ|1988-12-01|1
渡辺　健太郎|ワタナベ　ケンタロウ|1979-07-07|1
山本　由美|ヤマモト　ユミ|1971-10-21|2
中村　聡|ナカムラ　サトシ|1983-04-15|1
小林　優子|コバヤシ　ユウコ|1990-02-28|2
加藤　直樹|カトウ　ナオキ|1968-01-09|1
吉田　真由美|ヨシダ　マユミ|1993-06-24|2
山田　拓也|ヤマダ　タクヤ|2000-12-31|1
佐々木　恵|ササキ　メグミ|1987-09-02|2
山口　剛|ヤマグチ　ツヨシ|1975-03-18|1
松本　義男|マツモト　ヨシオ|1951-05-06|1
井上　千尋|イノウエ　チヒロ|1994-11-11|2
木村　亮|キムラ　リョウ|1982-08-29|1
林　陽菜|ハヤシ　ヒナ|2002-04-04|2
斎藤　浩二|サイトウ　コウジ|1989-02-15|1
清水　綾香|シミズ　アヤカ|1997-07-13|2
山﨑　誠|ヤマザキ　マコト|1964-10-10|1
森田　奈緒|モリタ　ナオ|1998-01-25|2
池田　隼人|イケダ　ハヤト|1991-05-30|1
橋本　和子|ハシモト　カズコ|1976-12-08|2
阿部　俊介|アベ　シュンスケ|1986-06-01|1
石井　香織|イシイ　カオリ|1980-03-27|2
前田　弘|マエダ　ヒロシ|1961-09-14|1
藤田　理恵|フジタ　リエ|1992-10-05|2
岡田　勇気|オカダ　ユウキ|1995-04-19|1
後藤　恵美子|ゴトウ　エミコ|1958-02-03|2
長谷川　武|ハセガワ　タケシ|1946-05-20|1
村上　瞳|ムラカミ　ヒトミ|1984-07-31|2
近藤　雅彦|コンドウ　マサヒコ|1973-11-26|1
石田　沙織|イシダ　サオリ|1988-08-08|2
坂本　洋平|サカモト　ヨウヘイ|1981-01-17|1
遠藤　明|エンドウ　アキラ|1966-04-30|1
青木　莉子|アオキ　リコ|2000-09-09|2
藤井　宏|フジイ　ヒロシ|1960-06-16|1
西村　友香|ニシムラ　トモカ|1993-03-03|2
福田　実|フクダ　ミノル|1959-12-24|1
太田　結衣|オオタ　ユイ|1999-05-05|2
三浦　大介|ミウラ　ダイスケ|1978-10-30|1
藤原　静香|フジワラ　シズカ|1985-02-11|2
岡本　徹|オカモト　トオル|1970-08-22|1
松田　愛|マツダ　アイ|1996-06-06|2
中川　修|ナカガワ　オサム|1963-03-09|1
中野　彩|ナカノ　アヤ|1990-11-23|2
原田　進|ハラダ　ススム|1949-07-04|1
小野　菜摘|オノ　ナツミ|1998-12-12|2
田村　浩之|タムラ　ヒロユキ|1974-01-31|1
竹内　春香|タケウチ　ハルカ|1995-09-28|2
金子　昇|カネコ　ノボル|1967-05-25|1
和田　純子|ワダ　ジュンコ|1969-11-07|2
中山　亮太|ナカヤマ　リョウタ|1987-04-12|1
石原　貴子|イシハラ　タカコ|1982-06-20|2
上田　昌宏|ウエダ　マサヒロ|1977-02-14|1
酒井　萌|サカイ　モエ|2001-08-01|2
工藤　勝|クドウ　マサル|1965-10-03|1
横山　早紀|ヨコヤマ　サキ|1994-01-06|2
宮崎　豊|ミヤザキ　ユタカ|1962-07-19|1
内田　典子|ウチダ　ノリコ|1972-09-17|2
高木　慎一|タカギ　シンイチ|1980-12-05|1
島田　百合|シマダ　ユリ|1991-04-08|2
"""


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up person as the register knows them."""

    kanji: str
    kana: str
    born: date
    category: str
    my_number: str
    pension_number: str

    @property
    def born_on(self) -> str:
        return self.born.isoformat()


def _people() -> Iterator[Person]:
    for line in _CAST.split("\n"):
        if line:
            kanji, kana, born, category = line.split("|")
            digits = _digits_of(kanji)
            yield Person(
                kanji=kanji,
                kana=kana,
                born=date.fromisoformat(born),
                category=category,
                my_number=digits[:11] + str(my_number_check_digit(digits[:11])),
                pension_number=digits[11:],
            )


def _digits_of(name: str) -> str:
    """Twenty-one digits of one's own, the same in each run."""
    rng = np.random.default_rng([_SEED, zlib.crc32(name.encode())])
    first = rng.integers(1, 10, 1)
    rest = rng.integers(0, 10, 10)
    # The first two digits of a pension number name a prefecture, from 01 on.
    prefecture = rng.integers(1, 80)
    serial = rng.integers(0, 10, 8)
    digits = "".join(map(str, [*first, *rest]))
    return f"{digits}{prefecture:02}" + "".join(map(str, serial))


PEOPLE = {person.kanji: person for person in _people()}

OFFICES = {
    "midori": OfficeRecord(
        symbol="01-ケイト",
        number="12345",
        name="株式会社みどり製作所",
        owner_name="高橋　健一",
        postal_code="1440052",
        address="東京都大田区蒲田5-38-7",
        phone="03-3731-2468",
    ),
    "sakura": OfficeRecord(
        symbol="12-サクラ",
        number="20418",
        name="さくら食品株式会社",
        owner_name="中村　正子",
        postal_code="2310023",
        address="神奈川県横浜市中区山下町74-1",
        phone="045-641-7093",
    ),
    "yamato": OfficeRecord(
        symbol="07-ヤマト",
        number="731",
        name="有限会社やまと工務店",
        owner_name="山本　勝",
        postal_code="3300854",
        address="埼玉県さいたま市大宮区桜木町2-310",
        phone="048-642-1187",
    ),
    "abc": OfficeRecord(
        symbol="34-ABC",
        number="60052",
        name="株式会社ABCシステムズ",
        owner_name="石川　真理子",
        postal_code="5300001",
        address="大阪府大阪市北区梅田3-1-20",
        phone="06-6341-5528",
    ),
    "hikari": OfficeRecord(
        symbol="18-ヒカリ",
        number="4096",
        name="社会福祉法人ひかりの里",
        owner_name="渡部　和夫",
        postal_code="4600008",
        address="愛知県名古屋市中区栄4-16-36",
        phone="052-251-9034",
    ),
    "minato": OfficeRecord(
        symbol="41-ミナト",
        number="15873",
        name="みなと海運株式会社",
        owner_name="浜口　洋一",
        postal_code="8120011",
        address="福岡県福岡市博多区博多駅前3-2-8",
        phone="092-431-6075",
    ),
    "mori": OfficeRecord(
        symbol="25-モリ",
        number="88",
        name="医療法人森クリニック",
        owner_name="森　恵子",
        postal_code="9800021",
        address="宮城県仙台市青葉区中央2-5-10",
        phone="022-223-4716",
    ),
    "hokuto": OfficeRecord(
        symbol="09-ホクト",
        number="30267",
        name="北斗電機株式会社",
        owner_name="斉藤　隆",
        postal_code="0600001",
        address="北海道札幌市中央区北1条西7-3",
        phone="011-251-8820",
    ),
}
