# How the certificates here were made, in a directory of its own, with OpenSSL 3: one authority, and three
# that it has signed for one key. They are for tests on one machine, and the authority is not kept.
set -e
rm -rf db; mkdir db; touch db/index.txt; echo 01 > db/serial
cat > ca.cnf <<X
[ca]
default_ca=own
[own]
dir=db
database=db/index.txt
new_certs_dir=db
serial=db/serial
default_md=sha256
policy=any
unique_subject=no
[any]
commonName=supplied
[authority]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign
[good]
subjectAltName=DNS:localhost,IP:127.0.0.1
[expired]
subjectAltName=DNS:localhost
[other]
subjectAltName=DNS:other.example
X
new_key() { openssl ecparam -name prime256v1 -genkey -noout -out $1; }
sign() { # name, key, first year, last year, who signs
  openssl req -new -key $2 -subj "/CN=seqpack test $1" -out $1.csr
  openssl ca -batch -config ca.cnf -keyfile authority.key -extensions $1 -in $1.csr -out $1.pem -notext -startdate ${3}0101000000Z -enddate ${4}0101000000Z $5
}
new_key authority.key; new_key server.key
sign authority authority.key 2020 2120 "-selfsign"
for name in good other; do sign $name server.key 2020 2120 "-cert authority.pem"; done
sign expired server.key 2020 2021 "-cert authority.pem"
