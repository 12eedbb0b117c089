"""WeChat's API as far as we use it: status 200 for everything, errors as errcode."""

from frontdesk.simulators.serving import Asked, Told, told
from tests.channels.vendor import Vendor

APP = {"app_id": "wx1", "app_secret": "wx secret"}
JPEG = b"\xff\xd8\xff" + b"x" * 50


class Api(Vendor):
    """Answers as api.weixin.qq.com does. `tokens` counts those given out; only the newest is good."""

    tokens = 0

    async def __call__(self, asked: Asked) -> Told:
        if asked.path == "/cgi-bin/token":
            return self._token(asked)
        return await super().__call__(asked)

    def answer(self, asked: Asked) -> Told:
        if asked.query.get("access_token") != f"token{self.tokens}":
            return told({"errcode": 40001, "errmsg": "invalid credential, access_token is invalid or not latest"})
        if asked.path == "/cgi-bin/media/get":
            good = asked.query.get("media_id") == "media1"
            return (
                Told(200, JPEG, {"content-type": "image/jpeg"}) if good else told({"errcode": 40007, "errmsg": "bad"})
            )
        if asked.path != "/cgi-bin/message/custom/send":
            return told({"errcode": 48001, "errmsg": "api unauthorized"})
        body = asked.json()
        text = body.get("text", {}).get("content", "")
        if set(body) != {"touser", "msgtype", "text"} or not 0 < len(text.encode()) <= 2048 or b"\\u" in asked.body:
            return told({"errcode": 45002, "errmsg": "content size out of limit"})
        self.sent.append(body)
        return told({"errcode": 0, "errmsg": "ok"})

    def _token(self, asked: Asked) -> Told:
        if (asked.query.get("appid"), asked.query.get("secret")) != (APP["app_id"], APP["app_secret"]):
            return told({"errcode": 40125, "errmsg": "invalid appsecret"})
        self.tokens += 1
        return told({"access_token": f"token{self.tokens}", "expires_in": 7200})
