"""A pinned address changes nothing of whom TLS must prove to be."""

import datetime as dt
import ssl
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.egress.listeners import hosts, name_server
from vayro.egress.client import EgressClient, EgressLimits
from vayro.egress.refusals import NoAnswer
from vayro.egress.resolution import DnsResolver
from vayro.egress.special_addresses import AddressRule


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of good.test, which is its own authority, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "good.test")])
    today = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("good.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "good.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


async def test_the_name_is_proved_and_not_the_address(certificate: Path) -> None:
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate)
    names = {"good.test": [["127.0.0.2"]], "other.test": [["127.0.0.2"]]}
    async with hosts("127.0.0.2", tls=server_side) as [host], name_server(names) as server:
        client = EgressClient(
            AddressRule(allowed=[ip_network("127.0.0.2/32")]),
            DnsResolver(["127.0.0.1"], server.port),
            EgressLimits(seconds=30, ports=(host.port,)),
            ssl.create_default_context(cafile=str(certificate)),
        )
        assert (await client.fetch(f"https://good.test:{host.port}/")).body == b"ok"
        for wrong in (f"https://other.test:{host.port}/", f"https://127.0.0.2:{host.port}/"):
            with pytest.raises(NoAnswer, match="certificate"):
                await client.fetch(wrong)
        assert host.requests == ["/"]


async def test_by_default_the_systems_authorities_are_believed_and_no_others(certificate: Path) -> None:
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate)
    async with hosts("127.0.0.2", tls=server_side) as [host], name_server({"good.test": [["127.0.0.2"]]}) as server:
        client = EgressClient(
            AddressRule(allowed=[ip_network("127.0.0.2/32")]),
            DnsResolver(["127.0.0.1"], server.port),
            EgressLimits(seconds=30, ports=(host.port,)),
        )
        with pytest.raises(NoAnswer, match="certificate"):
            await client.fetch(f"https://good.test:{host.port}/")
        assert host.requests == []
