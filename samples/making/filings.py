"""The filings of the sample set: who filed what, and what went wrong in writing."""

from samples.making.filing import filing, is_paid, joins, leaves
from samples.making.people import PEOPLE


def _without_my_number(name: str) -> dict[str, str]:
    return {"my_number": "", "pension_number": PEOPLE[name].pension_number}


def _wrong_check_digit(name: str) -> str:
    """The number with its last digit but one miscopied: 1 for 7 and so on."""
    number = PEOPLE[name].my_number
    miscopied = {"0": "6", "1": "7", "6": "0", "7": "1"}.get(number[-2], "1")
    return number[:-2] + miscopied + number[-1]


ACQUISITIONS = {
    "two_join_midori": filing(
        "2200",
        "midori",
        "2021-04-05",
        joins("佐藤　花子", "118", "2021-04-01", 280000, dependants="1"),
        joins("鈴木　大輔", "119", "2021-04-01", 342500, remuneration_in_kind="12000"),
    ),
    # A digit of the second person's number is miscopied.
    "miscopied_number": filing(
        "2200",
        "sakura",
        "2022-04-08",
        joins("髙橋　美咲", "2041", "2022-04-01", 215000),
        joins(
            "田中　翔太",
            "2042",
            "2022-04-01",
            208400,
            my_number=_wrong_check_digit("田中　翔太"),
        ),
        joins("伊藤　さくら", "2043", "2022-04-04", 198000, short_time="1"),
        wrong=("2.my_number",),
    ),
    "one_from_abroad": filing(
        "2200",
        "abc",
        "2023-10-04",
        joins("LEE　MINHO", "57", "2023-10-01", 450000, remarks="在留カード確認済"),
    ),
    # Cash and in kind of the first person do not make the total.
    "sum_is_not": filing(
        "2200",
        "hokuto",
        "2023-07-06",
        joins(
            "渡辺　健太郎",
            "300121",
            "2023-07-03",
            387600,
            dependants="1",
            remuneration_in_kind="8500",
            remuneration_total="398100",
        ),
        joins("山本　由美", "300122", "2023-07-03", 164800, short_time="1"),
        wrong=("1.remuneration_total",),
    ),
    # Born on 30 February.
    "thirtieth_of_february": filing(
        "2200",
        "sakura",
        "2021-09-07",
        joins("中村　聡", "2027", "2021-09-01", 310000, dependants="1"),
        joins("小林　優子", "2028", "2021-09-01", 226000, birth_date="7 020230"),
        wrong=("2.birth_date",),
    ),
    "address_instead_of_number": filing(
        "2200",
        "midori",
        "2021-11-05",
        joins(
            "加藤　直樹",
            "120",
            "2021-11-01",
            412000,
            **_without_my_number("加藤　直樹"),
            dependants="1",
            postal_code="2110063",
            address_kana="カナガワケンカワサキシナカハラクコスギマチ3-245",
            address_kanji="神奈川県川崎市中原区小杉町3-245",
        ),
    ),
    # The third person gives neither number nor address.
    "nothing_to_know_her_by": filing(
        "2200",
        "mori",
        "2022-06-03",
        joins("吉田　真由美", "41", "2022-06-01", 256000),
        joins("山田　拓也", "42", "2022-06-01", 231500),
        joins(
            "佐々木　恵",
            "43",
            "2022-06-01",
            274000,
            my_number="",
            remarks="個人番号は後日提出",
        ),
        wrong=("3.my_number", "3.postal_code", "3.address_kanji"),
    ),
    # The second person is 71, the box for that was forgotten.
    "forgotten_tick": filing(
        "2200",
        "yamato",
        "2022-08-05",
        joins("山口　剛", "16", "2022-08-01", 335000, dependants="1"),
        joins("松本　義男", "17", "2022-08-01", 180000),
        wrong=("2.over70",),
    ),
    # Nobody circled whether the first person has dependants.
    "forgotten_circle": filing(
        "2200",
        "hikari",
        "2023-04-07",
        joins("井上　千尋", "512", "2023-04-01", 205000, dependants=""),
        joins("木村　亮", "513", "2023-04-01", 240300, dependants="1"),
        wrong=("1.dependants",),
    ),
    # Shōwa 64 ended on 7 January.
    "era_had_ended": filing(
        "2200",
        "minato",
        "2024-02-05",
        joins("林　陽菜", "771", "2024-02-01", 203000),
        joins("斎藤　浩二", "772", "2024-02-01", 318900, birth_date="5 640215"),
        wrong=("2.birth_date",),
    ),
    "second_of_bundle": filing(
        "2200",
        "mori",
        "2024-02-06",
        joins("清水　綾香", "44", "2024-02-01", 262000, dependants="1"),
    ),
    # In January the year of submission is still last year's.
    "last_years_year": filing(
        "2200",
        "abc",
        "2022-01-07",
        joins("山﨑　誠", "52", "2023-01-04", 520000, dependants="1", rehired="1"),
        wrong=("submitted_on",),
    ),
    "printed_by_program": filing(
        "2200",
        "abc",
        "2024-04-03",
        joins("森田　奈緒", "58", "2024-04-01", 268000),
        joins("池田　隼人", "59", "2024-04-01", 301000, multiple_offices="1"),
    ),
    "double_sided": filing(
        "2200",
        "hokuto",
        "2024-05-09",
        joins(
            "橋本　和子", "300123", "2024-05-01", 232000, remuneration_in_kind="4200"
        ),
    ),
}

LOSSES = {
    "two_leave_yamato": filing(
        "2201",
        "yamato",
        "2021-04-02",
        leaves("阿部　俊介", "12", "2021-03-31", "2021-04-01", cards_returned="1"),
        leaves(
            "石井　香織",
            "9",
            "2021-03-31",
            "2021-04-01",
            cards_returned="2",
            cards_not_returned="1",
        ),
    ),
    # Insurance ends the day after, not on the day of leaving.
    "same_day": filing(
        "2201",
        "hikari",
        "2022-10-05",
        leaves("前田　弘", "398", "2022-09-30", "2022-09-30", cards_returned="2"),
        wrong=("1.lost_on",),
    ),
    "seventy_five": filing(
        "2201",
        "abc",
        "2021-06-02",
        leaves("藤田　理恵", "38", "2021-05-31", "2021-06-01", cards_returned="1"),
        leaves("長谷川　武", "3", "", "2021-05-20", cause="7", cards_not_returned="1"),
    ),
    # Heisei 35 never came: the writer counted on.
    "counted_on": filing(
        "2201",
        "minato",
        "2023-04-05",
        leaves("岡田　勇気", "604", "7 350331", "2023-04-01", cards_returned="1"),
        leaves(
            "後藤　恵美子",
            "122",
            "2023-03-31",
            "2023-04-01",
            rehired="1",
            remarks="定年後再雇用",
            cards_returned="1",
        ),
        wrong=("1.left_on",),
    ),
    # No number at all for the second person.
    "no_number": filing(
        "2201",
        "midori",
        "2022-01-06",
        leaves(
            "村上　瞳",
            "87",
            "2021-12-31",
            "2022-01-01",
            **_without_my_number("村上　瞳"),
            cards_returned="1",
        ),
        leaves(
            "近藤　雅彦",
            "45",
            "2021-12-28",
            "2021-12-29",
            my_number="",
            cards_returned="3",
        ),
        wrong=("2.my_number", "2.pension_number"),
    ),
    "died": filing(
        "2201",
        "sakura",
        "2023-02-14",
        leaves(
            "遠藤　明",
            "1502",
            "2023-02-09",
            "2023-02-10",
            cause="5",
            cards_returned="1",
        ),
    ),
    # One digit of the number is left out.
    "digit_left_out": filing(
        "2201",
        "hokuto",
        "2023-01-06",
        leaves(
            "石田　沙織",
            "300098",
            "2022-12-31",
            "2023-01-01",
            my_number=PEOPLE["石田　沙織"].my_number[:11],
            cards_returned="1",
        ),
        wrong=("1.my_number",),
    ),
    "second_page_of_pdf": filing(
        "2201",
        "mori",
        "2024-07-02",
        leaves("青木　莉子", "36", "2024-06-30", "2024-07-01", cards_returned="1"),
    ),
    # Filed three months late, so a proof is attached.
    "late_with_proof": filing(
        "2201",
        "hikari",
        "2024-09-10",
        leaves(
            "坂本　洋平",
            "455",
            "2024-05-31",
            "2024-06-01",
            cards_not_returned="1",
            remarks="届出遅延　退職証明書添付",
        ),
    ),
}

BONUSES = {
    "five_are_paid": filing(
        "2265",
        "minato",
        "2021-07-12",
        is_paid("藤井　宏", "88", 685400),
        is_paid("西村　友香", "590", 312000),
        is_paid("福田　実", "91", 724900),
        is_paid("太田　結衣", "733", 187650),
        is_paid("三浦　大介", "301", 508200, bonus_in_kind="15000"),
        paid_on="2021-07-09",
    ),
    # The second bonus is not cut off to thousands.
    "not_cut_off": filing(
        "2265",
        "mori",
        "2022-12-12",
        is_paid("藤原　静香", "21", 456000),
        is_paid("岡本　徹", "14", 602750, bonus_total="602750"),
        is_paid("松田　愛", "39", 243300),
        paid_on="2022-12-09",
        wrong=("2.bonus_total",),
    ),
    # A slip in adding: the third bonus is ten thousand too high.
    "slip_in_adding": filing(
        "2265",
        "hikari",
        "2023-07-04",
        is_paid("中川　修", "102", 391000),
        is_paid("中野　彩", "447", 268500),
        is_paid(
            "小野　菜摘", "509", 154200, bonus_in_kind="20000", bonus_total="184000"
        ),
        is_paid("田村　浩之", "266", 430000),
        paid_on="2023-06-30",
        wrong=("3.bonus_total",),
    ),
    # Somebody of 74 needs a number, and has none here.
    "over70_without_number": filing(
        "2265",
        "hokuto",
        "2023-12-15",
        is_paid("竹内　春香", "300087", 275000),
        is_paid("原田　進", "", 120000, over70="1"),
        is_paid("金子　昇", "300015", 587300, multiple_offices="1"),
        paid_on="2023-12-08",
        wrong=("2.my_number", "2.pension_number"),
    ),
    "paid_on_two_days": filing(
        "2265",
        "midori",
        "2022-07-15",
        is_paid("和田　純子", "31", 340000),
        is_paid("中山　亮太", "96", 295800, paid_on="2022-07-11"),
        is_paid("石原　貴子", "72", 318000, first_paid_day="1"),
        is_paid("上田　昌宏", "58", 466500),
        paid_on="2022-07-08",
    ),
    "third_in_one_file": filing(
        "2265",
        "abc",
        "2023-12-20",
        is_paid("酒井　萌", "55", 201000),
        is_paid("工藤　勝", "7", 1250000),
        paid_on="2023-12-15",
    ),
    "first_page_of_pdf": filing(
        "2265",
        "sakura",
        "2024-07-10",
        is_paid("横山　早紀", "1988", 222500),
        is_paid("宮崎　豊", "1120", 549000),
        is_paid("内田　典子", "1347", 360400),
        paid_on="2024-07-05",
    ),
    "with_blank_back": filing(
        "2265",
        "minato",
        "2024-12-13",
        is_paid("高木　慎一", "288", 498000),
        is_paid("島田　百合", "612", 333600),
        paid_on="2024-12-10",
    ),
}

FILINGS = ACQUISITIONS | LOSSES | BONUSES
