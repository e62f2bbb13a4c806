"""What securesystemslib and pyca/cryptography make of keys, signatures and documents: one JSON request a line on stdin, one JSON answer a
line on stdout."""
import hashlib
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import UnverifiedSignatureError, VerificationError
from securesystemslib.formats import encode_canonical
from securesystemslib.signer import CryptoSigner, Signature, SSlibKey


def canonical(request):
    return hashlib.sha256(encode_canonical(request["value"]).encode("utf-8")).hexdigest()


def private(request):
    password = request["password"]
    return load_pem_private_key(request["pem"].encode(), password.encode() if password else None)


def sign(request):
    secret = private(request)
    message = bytes.fromhex(request["message"])
    key = SSlibKey.from_crypto(secret.public_key())
    if key.scheme == "ecdsa-sha2-nistp384":  # securesystemslib verifies these, but signs none
        signature = secret.sign(message, ECDSA(SHA384())).hex()
    else:
        signer = CryptoSigner(secret)
        assert signer.public_key == key
        signature = signer.sign(message).signature
    return {"key": key.to_dict(), "keyid": key.keyid, "signature": signature}


def verify(request):
    key = SSlibKey.from_crypto(load_pem_public_key(request["pem"].encode()))
    assert key.to_dict() == request["key"], key.to_dict()
    try:
        key.verify_signature(Signature(key.keyid, request["signature"]), bytes.fromhex(request["message"]))
    except UnverifiedSignatureError:
        return {"keyid": key.keyid, "good": False}
    return {"keyid": key.keyid, "good": True}


def tap21(message):
    return b"tuf\x01" + hashlib.sha512(message).digest()


def sign_ml_dsa(request):
    return private(request).sign(tap21(bytes.fromhex(request["message"]))).hex()


def verify_ml_dsa(request):
    key = load_pem_public_key(request["pem"].encode())
    try:
        key.verify(bytes.fromhex(request["signature"]), tap21(bytes.fromhex(request["message"])))
    except InvalidSignature:
        return False
    return True


def public(pem):
    return SSlibKey.from_crypto(load_pem_public_key(pem.encode()))


def verify_dsse(request):
    """The key ids whose signatures count, or nothing if they are too few."""
    try:
        return sorted(Envelope.from_dict(request["envelope"]).verify([public(pem) for pem in request["pems"]], request["threshold"]))
    except VerificationError:
        return []


def sign_dsse(request):
    envelope = Envelope(request["payload"].encode(), request["type"], {})
    envelope.sign(CryptoSigner(private(request)))
    return envelope.to_dict()


OPERATIONS = {f.__name__: f for f in (canonical, sign, verify, sign_ml_dsa, verify_ml_dsa, verify_dsse, sign_dsse)}

for line in sys.stdin:
    asked = json.loads(line)
    print(json.dumps(OPERATIONS[asked["op"]](asked)), flush=True)
