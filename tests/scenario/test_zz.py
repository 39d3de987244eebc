import io, pytest
from bot.ask.lines import answer_lines
async def test_x(worlds, tmp_path, capsys):
    f=tmp_path/"x"
    f.write_bytes(b"\r\n".join([b"{broken}", b'{"turns": []}', b'{"text": "hi", "account": "ACC-999"}', b'{"text": "hi", "account": "ACC-003", "contact": "C-001-1"}', b'{"text": "hi", "assurance": "sure"}', b"\xff\xfe\xff\xfe"*4, b'{"text": "\\ud800 lone"}', b'{"turns":[{"role":"customer","confirm":true}]}', b'{"id": 1.5, "text":"x"}', b'{"id": [1], "text":"x"}', b'[1,2]', b'{"text":"x","turns":["y"]}', b'{"text": 5}', b'{"text": "a", "account":"ACC-003","assurance":"anonymous"}']))
    out=io.StringIO()
    await answer_lines(worlds, str(f), out=out)
    print(out.getvalue()); print(capsys.readouterr().err)
    raise SystemExit
