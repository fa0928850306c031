"""Log-in through a provider's OpenID Connect, against a small one on this machine that signs with RS256."""

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.urls import reverse

from partners.models import User

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
LOGIN = "/konto/oidc/oidc/login/"


class Provider(HTTPServer):
    """Says of whoever comes what `person` says; remembers the challenge of PKCE."""

    person: dict = {}
    challenge = nonce = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Provider

    def log_message(self, *args):
        pass

    def do_GET(self):
        url = self.server.url
        number = KEY.public_key().public_numbers().n
        self.answer(
            {
                "/.well-known/openid-configuration": {
                    "issuer": url,
                    "authorization_endpoint": f"{url}/authorize",
                    "token_endpoint": f"{url}/token",
                    "userinfo_endpoint": f"{url}/userinfo",
                    "jwks_uri": f"{url}/jwks",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                },
                "/userinfo": self.server.person,
                "/jwks": {"keys": [{"kty": "RSA", "alg": "RS256", "kid": "1", "e": "AQAB", "n": text(number)}]},
            }[urlsplit(self.path).path]
        )

    def do_POST(self):
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        verifier = hashlib.sha256(sent["code_verifier"][0].encode()).digest()
        assert base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() == self.server.challenge
        claims = {"iss": self.server.url, "aud": "grundsteget", "iat": time.time(), "exp": time.time() + 60}
        token = jwt.encode({**claims, **self.server.person}, KEY, algorithm="RS256", headers={"kid": "1"})
        self.answer({"access_token": "a", "token_type": "Bearer", "id_token": token})

    def answer(self, data: dict) -> None:
        body = json.dumps(data).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def text(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(256, "big")).rstrip(b"=").decode()


@pytest.fixture
def provider(settings):
    server = Provider(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    app = {
        "provider_id": "oidc",
        "name": "Göteborgs Stad",
        "client_id": "grundsteget",
        "secret": "secret",
        "settings": {"server_url": server.url, "oauth_pkce_enabled": True},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def come_back(provider, client: Client, **person):
    """Go to the provider, be known there as this person, and come back with its answer."""
    provider.person = {"sub": "4711", "email": "soc@test.example", "email_verified": True, **person}
    query = parse_qs(urlsplit(client.get(LOGIN)["Location"]).query)
    provider.challenge = query["code_challenge"][0]
    assert query["code_challenge_method"] == ["S256"]
    return client.get(f"{LOGIN}callback/", {"code": "c", "state": query["state"][0]})


def is_in(client: Client) -> bool:
    return client.get("/idag/").status_code == 200


def test_log_in_page_offers_the_provider_by_name(cast, client, provider):
    page = client.get(reverse("account_login")).text
    assert "Göteborgs Stad" in page
    assert LOGIN in page


def test_verified_address_opens_the_account_and_is_remembered(cast, client, provider):
    users = User.objects.count()
    assert come_back(provider, client, email="SOC@test.example").status_code == 302
    assert is_in(client)
    assert SocialAccount.objects.get().user == cast.caseworker
    assert cast.caseworker.check_password("a-long-password-for-tests")
    again = Client()
    come_back(provider, again)
    assert is_in(again)
    assert (SocialAccount.objects.count(), User.objects.count()) == (1, users)


@pytest.mark.parametrize(
    "person",
    [
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": "ingen@test.example"},
        {"email": None},
    ],
)
def test_what_does_not_open_an_account_makes_none_and_tells_nothing(person, cast, client, provider):
    users = User.objects.count()
    response = come_back(provider, client, **person)
    assert response.status_code == 403
    assert "test.example" not in response.text
    assert not is_in(client)
    assert (SocialAccount.objects.count(), User.objects.count()) == (0, users)


def test_closed_account_stays_closed(cast, client, provider):
    come_back(provider, client)
    User.objects.filter(pk=cast.caseworker.pk).update(is_active=False)
    assert come_back(provider, Client()).status_code == 403


def test_provider_that_renames_somebody_opens_nobody_elses_account(cast, client, provider):
    come_back(provider, client)
    other = Client()
    assert come_back(provider, other, email="koordinator@test.example").status_code == 403
    assert not is_in(other)


def test_provider_does_not_replace_the_second_factor(cast, client, provider, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    come_back(provider, client)
    assert client.get("/idag/")["Location"] == reverse("mfa_index")
    TOTP.activate(cast.caseworker, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    other = Client()
    assert come_back(provider, other)["Location"] == reverse("mfa_authenticate")
    assert not is_in(other)


def test_answer_that_nobody_asked_for_is_refused(cast, client, provider):
    provider.person = {"sub": "4711", "email": "soc@test.example", "email_verified": True}
    response = client.get(f"{LOGIN}callback/", {"code": "c", "state": "made-up"})
    assert not is_in(client)
    assert response.status_code < 500


def test_without_a_provider_there_is_no_such_address(cast, client):
    assert client.get(LOGIN).status_code == 404
    assert "/oidc/" not in client.get(reverse("account_login")).text
