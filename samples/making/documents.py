"""Papers that are no form: letters, certificates, blank backs."""

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from samples.making.hands import GOTHIC, MINCHO
from samples.making.paper_damage import Pixels

_A4_MM = (210, 297)
_INK = (24, 24, 24)

Line = tuple[float, float, float, str]
"""x and y of the line's start in mm, height in mm, text."""

_LETTER: tuple[Line, ...] = (
    (150, 22, 4, "令和5年11月8日"),
    (25, 36, 4.4, "日本年金機構　大田年金事務所　御中"),
    (120, 50, 4, "株式会社みどり製作所"),
    (120, 56, 4, "総務部　労務課　和田　純子"),
    (120, 62, 4, "電話　03-3731-2468"),
    (68, 82, 6, "書類送付のご案内"),
    (25, 102, 4, "拝啓　時下ますますご清祥のこととお喜び申し上げます。"),
    (25, 110, 4, "平素は格別のご高配を賜り、厚く御礼申し上げます。"),
    (25, 118, 4, "さて、下記の書類をお送りいたしますので、ご査収のほど"),
    (25, 126, 4, "よろしくお願い申し上げます。"),
    (170, 136, 4, "敬具"),
    (100, 150, 4.4, "記"),
    (35, 164, 4, "1.　事業所関係変更届　　　　　　　　1通"),
    (35, 173, 4, "2.　賃貸借契約書の写し　　　　　　　1通"),
    (35, 182, 4, "3.　返信用封筒　　　　　　　　　　　1通"),
    (170, 196, 4, "以上"),
)

_CERTIFICATE: tuple[Line, ...] = (
    (74, 32, 8, "退 職 証 明 書"),
    (25, 62, 4.4, "坂本　洋平　殿"),
    (25, 82, 4, "以下の事由により、あなたは当法人を令和6年5月31日に"),
    (25, 90, 4, "退職したことを証明します。"),
    (30, 112, 4, "①　あなたの自己都合による退職"),
    (30, 122, 4, "　　使用期間　　平成23年4月1日から令和6年5月31日まで"),
    (30, 132, 4, "　　業務の種類　介護業務"),
    (30, 142, 4, "　　地位　　　　主任"),
    (30, 168, 4, "令和6年9月2日"),
    (95, 184, 4, "愛知県名古屋市中区栄4-16-36"),
    (95, 192, 4, "社会福祉法人ひかりの里"),
    (95, 200, 4, "理事長　渡部　和夫"),
)

_RESIDENCE: tuple[Line, ...] = (
    (82, 24, 7, "住　民　票"),
    (150, 36, 3.4, "名古屋市昭和区"),
    (24, 52, 3.6, "氏　名"),
    (60, 52, 4.4, "坂本　洋平"),
    (24, 66, 3.6, "生年月日"),
    (60, 66, 3.8, "昭和56年1月17日　　性別　男"),
    (24, 80, 3.6, "住　所"),
    (60, 80, 3.8, "愛知県名古屋市昭和区鶴舞2丁目19番7号"),
    (24, 94, 3.6, "世帯主"),
    (60, 94, 3.8, "坂本　洋平"),
    (24, 108, 3.6, "住民となった日"),
    (60, 108, 3.8, "平成20年4月1日"),
    (24, 122, 3.6, "前住所"),
    (60, 122, 3.8, "岐阜県岐阜市加納本町3丁目8番地"),
    (24, 136, 3.6, "本　籍"),
    (60, 136, 3.8, "【省略】"),
    (24, 150, 3.6, "続　柄"),
    (60, 150, 3.8, "【省略】"),
    (24, 176, 3.8, "この写しは、世帯全員の住民票の原本と相違ないことを証明する。"),
    (24, 194, 3.8, "令和6年9月3日"),
    (90, 206, 4.4, "名古屋市昭和区長　　松下　文雄"),
)
_RESIDENCE_ROWS_MM = tuple(47 + 14 * row for row in range(9))


def letter(dpi: float) -> Pixels:
    """A covering letter: no form, and no filing it could belong to."""
    return _typed(_LETTER, dpi, GOTHIC)


def certificate(dpi: float) -> Pixels:
    """A certificate of leaving, attached to a late notice."""
    return _typed(_CERTIFICATE, dpi, MINCHO)


def residence_record(dpi: float) -> Pixels:
    """An extract of the residence register: a ruled table on tinted paper."""
    page = Image.fromarray(_typed(_RESIDENCE, dpi, MINCHO))
    draw, scale = ImageDraw.Draw(page), dpi / 25.4
    for y in _RESIDENCE_ROWS_MM:
        draw.line((20 * scale, y * scale, 190 * scale, y * scale), _INK, 2)
    for x in (20, 56, 190):
        top, bottom = _RESIDENCE_ROWS_MM[0] * scale, _RESIDENCE_ROWS_MM[-1] * scale
        draw.line((x * scale, top, x * scale, bottom), _INK, 2)
    tint = np.array([226, 238, 232]) / 255
    return (np.asarray(page) * tint).astype(np.uint8)


def seen_through(front: Pixels) -> Pixels:
    """The empty back of a sheet, on which its front is faintly seen mirrored."""
    mirrored = cv2.GaussianBlur(front[:, ::-1], (0, 0), 2.2).astype(np.float32)
    return (255 - (255 - mirrored) * 0.05).astype(np.uint8)


def _typed(lines: tuple[Line, ...], dpi: float, typeface: object) -> Pixels:
    page = Image.new("RGB", _size(dpi), "white")
    draw, scale = ImageDraw.Draw(page), dpi / 25.4
    for x, y, height, text in lines:
        font = ImageFont.truetype(str(typeface), round(height * scale))
        draw.text((x * scale, y * scale), text, _INK, font)
    return np.asarray(page)


def _size(dpi: float) -> tuple[int, int]:
    width, height = (round(side / 25.4 * dpi) for side in _A4_MM)
    return width, height
