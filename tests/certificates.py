"""A little certificate authority for tests of TLS: good for a day, on loopback."""

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.brokers import HOST

DAY = datetime.timedelta(days=1)


def certificates(folder: Path, *subjects: str) -> dict[str, Path]:
    """`<subject>.pem` and `<subject>.key` for each, and for `ca`, which signed them all."""
    ca_key = ec.generate_private_key(ec.SECP256R1())
    files: dict[str, Path] = {}
    for subject in ("ca", *subjects):
        key = ca_key if subject == "ca" else ec.generate_private_key(ec.SECP256R1())
        pem = _certificate(subject, key.public_key()).sign(ca_key, hashes.SHA256())
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        for suffix, content in ((".pem", pem.public_bytes(Encoding.PEM)), (".key", secret)):
            files[subject + suffix] = folder / (subject + suffix)
            files[subject + suffix].write_bytes(content)
    return files


def _certificate(subject: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address(HOST))
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name("ca"))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + DAY)
        .add_extension(x509.BasicConstraints(subject == "ca", None), critical=True)
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])
