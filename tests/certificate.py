"""A self-signed certificate for this machine, for servers over TLS in tests."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

__all__ = ["authority", "self_signed", "server_tls"]


def self_signed(path: Path) -> Path:
    """Write a certificate for localhost and 127.0.0.1, with its key, into one file, and return its path."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(made.public_bytes(pem) + secret)
    return path


def server_tls(certificate: Path, *protocols: str) -> ssl.SSLContext:
    """Return a server's context that shows `certificate` and offers `protocols` (ALPN)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.set_alpn_protocols(protocols or ("http/1.1",))
    return context


def authority(folder: Path, *names: str) -> Path:
    """Make an authority with a certificate for each of `names`: NAME.pem holds it and its key; return the CA's file."""
    now = datetime.datetime.now(datetime.UTC)
    pem = serialization.Encoding.PEM
    ca_key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example authority")])

    def signed(subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, ca: bool, name: str = "") -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if name:
            known = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            builder = builder.add_extension(x509.SubjectAlternativeName(known), critical=False)
        return builder.sign(ca_key, hashes.SHA256())

    for name in names:
        key = ec.generate_private_key(ec.SECP256R1())
        made = signed(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key, ca=False, name=name)
        secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (folder / f"{name}.pem").write_bytes(made.public_bytes(pem) + secret)
    path = folder / "ca.pem"
    path.write_bytes(signed(issuer, ca_key, ca=True).public_bytes(pem))
    return path
