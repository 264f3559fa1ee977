"""Record files as the register shows them, on the page and as a table."""

from storage.retention.register import FileState, Line

# The columns of the register that the law names, in its words.
REGISTER_HEAD = (
    "番号",
    "分類",
    "法人文書ファイル名",
    "作成・取得年度",
    "保存期間（年）",
    "起算日",
    "保存期間満了日",
    "満了時の措置",
    "正本の媒体",
    "保存場所",
    "件数",
    "状態",
    "廃棄日",
)
_MEASURES = {"destroy": "廃棄", "transfer": "移管"}
_MEDIA = {"paper": "紙", "image": "画像", "electronic": "電子"}
_STATES = {
    FileState.DESTROYED: "廃棄済",
    FileState.HELD: "保留中",
    FileState.APPROVED: "廃棄承認済",
    FileState.PROPOSED: "廃棄提案中",
    FileState.OVER: "満了",
    FileState.KEPT: "保存中",
}


def register_row(line: Line) -> tuple[object, ...]:
    """One file as a row of the register, which is written in Japanese."""
    file = line.file
    gone = file.destroyed_at
    return (
        file.id,
        file.class_code,
        file.name,
        file.fiscal_year,
        file.years,
        file.starts_on,
        file.ends_on,
        _MEASURES[file.measure],
        "・".join(_MEDIA[medium] for medium in line.media),
        file.site,
        line.originals,
        _STATES[line.state],
        gone.date() if gone else None,
    )
