# ruff: noqa: E501 - a case is one line, as it is typed
"""Command lines that both programs run: one case a line, in shell syntax, `$P` standing for the program.

A line that begins with `!` prepares: the peer's program runs it, and nothing is compared.  Every block (separated by
blank lines) has names of its own, `@` in them is replaced, so that each program meets a fresh state.

Messages of `pki` are our own, and so are two judgements: what roles store makes nothing slower here, and mounts that
tidy themselves needn't have done so yet.  Of these commands is compared what programs read: exit codes, statuses.
"""

CASES = r"""
$P status
$P status -format=json
$P status -format=yaml
$P status -format=pretty
$P status -format=raw
$P status -format=xml
$P status -field=sealed
$P status -field=nope
$P status extra
$P status -output-curl-string

$P read
$P read a b
$P read secret/data/none-@
$P read nosuch/x
$P read sys/nosuch
$P read -nope x
$P read -format
$P read -h=1 foo
$P read -tls-skip-verify=maybe x
$P read -wrap-ttl=abc x
$P read -header=X-Vault-Foo=1 x
$P read -header=Foo x
$P read ---x y
$P read -=x y
$P read - -field=a
$P read x -detailed -address=x -field=x -non-interactive -foo bar=1
$P read x -output-curl-string
$P read -field=a nosuch/x

!bao write cubbyhole/@ a=b c=d
$P read cubbyhole/@
$P read -- cubbyhole/@
$P read -format=json cubbyhole/@
$P read -format=JSON cubbyhole/@
$P read --format=json cubbyhole/@
$P read --format json cubbyhole/@
$P read -format=yaml cubbyhole/@
$P read -format=raw cubbyhole/@
$P read -format=pretty cubbyhole/@
$P read -field=a cubbyhole/@
$P read -field=none cubbyhole/@
$P read -field=a -format=json cubbyhole/@
$P read -field=a -format=yaml cubbyhole/@
$P read cubbyhole/@ x=y
$P read -tls-skip-verify=true cubbyhole/@
$P read -wrap-ttl=60 cubbyhole/@
$P read -wrap-ttl=60s -format=json cubbyhole/@
$P read -wrap-ttl=60s -field=token cubbyhole/@
$P read -wrap-ttl=60s -field=wrapping_token_ttl cubbyhole/@
BAO_WRAP_TTL=60s $P read -field=wrapping_token_ttl cubbyhole/@
$P read -header=Foo=1 cubbyhole/@
BAO_FORMAT=json $P read cubbyhole/@
VAULT_FORMAT=yaml $P read cubbyhole/@
BAO_FORMAT=xml $P read cubbyhole/@
BAO_FORMAT=yaml $P read -format=table cubbyhole/@
BAO_NAMESPACE=x $P secrets list
$P secrets list -ns=x
BAO_MAX_RETRIES=x $P read cubbyhole/@
BAO_CLIENT_TIMEOUT=x $P read cubbyhole/@
BAO_SKIP_VERIFY=x $P read cubbyhole/@

$P read -output-curl-string cubbyhole/x
$P read -output-policy cubbyhole/x
$P read -wrap-ttl=60s -output-curl-string cubbyhole/x
$P read -namespace=ns1/ -output-curl-string cubbyhole/x
$P read -header=a=b -header=c=d -mfa=x -output-curl-string cubbyhole/x
$P read -output-curl-string cubbyhole/x a=b c=d
$P read -output-curl-string 'a b/ü?x'
$P read -output-curl-string a x=1 x=2 y='a b&c'
$P read -output-policy sys/seal
$P read -output-policy auth/token/lookup-self

!bao write cubbyhole/@ @TEXTS
$P read cubbyhole/@
$P read -format=json cubbyhole/@
$P read -format=yaml cubbyhole/@

!bao write cubbyhole/@ @NUMBERS
$P read cubbyhole/@
$P read -format=json cubbyhole/@
$P read -format=yaml cubbyhole/@
$P read -field=nested cubbyhole/@
$P read -field=nested -format=yaml cubbyhole/@
$P read -field=ttl cubbyhole/@
$P read -field=floats -format=json cubbyhole/@

$P read sys/mounts/secret/tune
$P read sys/health
$P read -format=json sys/seal-status
$P read sys/leader
$P read auth/token/lookup-self
$P read identity/oidc/.well-known/openid-configuration
$P read sys/policy/default

$P write
$P write cubbyhole/@
$P write -f cubbyhole/@
$P write -force=maybe cubbyhole/@
$P write -force=false cubbyhole/@
$P write -force=1 cubbyhole/@ a=b
$P write cubbyhole/@ @NUMBERS
$P write cubbyhole/@ @NOTJSON
$P write cubbyhole/@ @/missing
$P write cubbyhole/@ a=@/missing
$P write cubbyhole/@ a=@NOTJSON
$P write cubbyhole/@ a
$P write cubbyhole/@ a=b a=c a=d && bao read -field=a cubbyhole/@
$P write cubbyhole/@ =b
$P write cubbyhole/@ 'a=\@b' && bao read -field=a cubbyhole/@
echo -n hello | $P write cubbyhole/@ a=- && bao read -field=a cubbyhole/@
echo '{"q":"r"}' | $P write cubbyhole/@ - && bao read -field=q cubbyhole/@
echo -n hello | $P write cubbyhole/@ a=- b=-
$P write cubbyhole/@ a=b=c && bao read -field=a cubbyhole/@
$P write -format=json cubbyhole/@ a=b
$P write -format=yaml cubbyhole/@ a=b
$P write /cubbyhole/@/ a=b
$P write cubbyhole/@ -format=json a=b
$P write secret/data/@ data=b
$P write sys/tools/hash input=YWJj
$P write -field=sum sys/tools/hash input=YWJj
$P write -format=json sys/tools/hash input=YWJj
$P write -output-curl-string cubbyhole/x a="it's" b='<&>é"'
$P write -f -output-curl-string a
$P write -output-policy cubbyhole/x a=b

!bao write cubbyhole/@ a=b
$P list
$P list cubbyhole/none
$P list -format=json cubbyhole/none
$P list -format=yaml cubbyhole/none
$P list cubbyhole/
$P list -format=json cubbyhole
$P list -format=yaml cubbyhole
$P list -format=raw cubbyhole
$P list -detailed cubbyhole
$P list sys/mounts
$P list sys/policies/acl
$P list -after=a -limit=1 cubbyhole
$P list -limit=x cubbyhole
$P list -wrap-ttl=1m cubbyhole
$P list -field=a cubbyhole
$P list cubbyhole -format
$P list -output-curl-string -after=x -limit=3 cubbyhole
$P list -output-policy secret/metadata/
$P scan secret/metadata/none
$P scan cubbyhole/none
$P scan -output-curl-string cubbyhole/a

!bao write cubbyhole/@ a=b
$P delete
$P delete cubbyhole/@
$P delete cubbyhole/@
$P delete -format=json cubbyhole/@
$P delete -force cubbyhole/@
$P delete cubbyhole/@ -foo
$P delete cubbyhole/@ a=b
$P delete sys/nosuch
$P delete -output-policy cubbyhole/@
$P delete -output-curl-string cubbyhole/@

$P kv get secret/none-@
$P kv get
$P kv get a b
$P kv get -mount=nosuch foo
$P kv get nosuch/foo
$P kv put secret/@ a=b
$P kv put -mount=secret @ a=b c=1
$P kv put -mount=secret -cas=0 @ a=b
$P kv put -mount=secret -format=json @ a=b c=1
$P kv put -mount=secret -field=version @ a=b c=1
$P kv put -mount=secret -format=yaml @ a=b c=1
$P kv put secret/@
$P kv put
$P kv put secret/@ abc
$P kv put secret/@ -foo=bar a=b
$P kv get secret/@ -format=json
$P kv get secret/@ -field=a
$P kv get secret/@ --nope
$P kv get secret/@ -output-policy
$P kv get secret/@
$P kv get -mount=secret @
$P kv get -mount=secret/ @
$P kv get -format=json secret/@
$P kv get -format=yaml secret/@
$P kv get -format=pretty secret/@
$P kv get -format=raw secret/@
$P kv get -field=a secret/@
$P kv get -field= secret/@
$P kv get -field=none secret/@
$P kv get -field=data secret/@
$P kv get -version=1 secret/@
$P kv get -version=99 secret/@
$P kv get -version=x secret/@
$P kv get -output-curl-string -version=2 secret/@
$P kv put -output-curl-string -cas=3 secret/@ x=y
$P kv get -output-policy secret/@
$P kv put -output-policy secret/@ a=b
$P kv list -mount=secret none-@
$P kv list
$P kv list nosuch/
$P kv list -output-curl-string secret/a
$P kv list -output-policy secret/
$P kv scan secret/none-@
$P kv scan -output-curl-string secret/a

!bao kv put secret/@ a=b c=d z=1
$P kv patch secret/@ z=9
$P kv patch -method=rw secret/@ z=8
$P kv patch -method=patch secret/@ z=7
$P kv patch -method=foo secret/@ z=7
$P kv patch -cas=1 secret/@ z=7
$P kv patch -method=rw -cas=1 secret/@ z=7
$P kv patch -remove-data=z secret/@
$P kv patch -remove-data=z -remove-data=c secret/@ q=1 && bao kv get secret/@
$P kv patch secret/none-@ z=9
$P kv patch -method=rw secret/none-@ z=9
$P kv patch secret/@
$P kv patch
$P kv patch -format=json secret/@ z=9
$P kv patch -output-curl-string secret/@ a=b
$P kv patch -output-policy secret/@ a=b
$P kv rollback -version=1 secret/@
$P kv rollback -version=99 secret/@
$P kv rollback secret/@
$P kv rollback -version=1 -format=json secret/@
$P kv rollback -output-curl-string -version=2 secret/@
$P kv delete secret/@
$P kv get secret/@
$P kv get -format=json secret/@
$P kv get -field=a secret/@
$P kv rollback -version=1 secret/@
$P kv delete -versions=1,2 secret/@
$P kv delete -versions=x secret/@
$P kv delete
$P kv delete -format=json secret/@
$P kv undelete -versions=1 secret/@
$P kv undelete secret/@
$P kv undelete -versions=1 -mount=secret @
$P kv undelete -versions=1 -format=json secret/@
$P kv destroy -versions=2 secret/@
$P kv destroy secret/@
$P kv destroy -format=json -versions=2 secret/@
$P kv rollback -version=2 secret/@
$P kv metadata get secret/@
$P kv metadata get -format=json secret/@
$P kv undelete -output-curl-string -versions=1,2 -versions=3 secret/a
$P kv delete -output-policy secret/x

$P kv metadata get secret/none-@
$P kv metadata get
$P kv metadata put secret/@
$P kv metadata put -max-versions=5 -delete-version-after=1h -cas-required -custom-metadata=a=b -custom-metadata=c=d secret/@
$P kv metadata get secret/@
$P kv metadata get -mount=secret @
$P kv metadata put -custom-metadata=a secret/@
$P kv metadata put -cas-required=x secret/@
$P kv metadata put -cas-required=false secret/@
$P kv metadata patch -custom-metadata=x=y -remove-custom-metadata=a secret/@
$P kv metadata patch -max-versions=7 secret/@
$P kv metadata patch secret/none-@
$P kv metadata get secret/@
$P kv metadata delete secret/@
$P kv metadata delete
$P kv metadata put -output-curl-string -max-versions=3 -cas-required -delete-version-after=1h -custom-metadata=a=b secret/a
$P kv metadata patch -output-curl-string -max-versions=3 -cas-required -delete-version-after=1h -custom-metadata=a=b -remove-custom-metadata=c secret/a

!bao secrets enable -path=@ -version=1 kv
$P kv put @/a b=c ttl=1h
$P kv get @/a
$P read @/a
$P kv get -format=json @/a
$P kv get -version=1 @/a
$P kv get -field=b @/a
$P kv get @/nope
$P kv patch @/a b=d
$P kv list @
$P kv list -format=json @/
$P kv undelete -versions=1 @/a
$P kv destroy -versions=1 @/a
$P kv rollback -version=1 @/a
$P kv metadata get @/a
$P kv metadata put @/a
$P kv metadata delete @/a
$P kv metadata patch @/a
$P kv put -cas=1 @/a x=y
$P kv delete -versions=1 @/a
$P kv delete @/a
$P kv enable-versioning @
$P kv enable-versioning nosuch
$P kv enable-versioning

$P secrets enable -path=@ -description='my d' -default-lease-ttl=1h -max-lease-ttl=2h transit
$P secrets enable -path=@ kv
$P secrets enable kv nope
$P secrets enable
$P secrets enable nosuch
$P secrets enable -format=json transit
$P secrets enable -version=x kv
$P secrets list
$P secrets list -detailed
$P secrets list -detailed=x
$P secrets list -format=json
$P secrets list -format=yaml
$P secrets list -format=raw
$P secrets list x
$P secrets tune -default-lease-ttl=30m @/
$P secrets tune -description=foo @
$P secrets tune nosuch/
$P secrets tune
$P secrets move @/ @-2/
$P secrets move nosuch/ x/
$P secrets move
$P secrets move a
$P secrets disable @-2
$P secrets disable @-2
$P secrets disable
$P secrets enable -output-curl-string -default-lease-ttl=1h -max-lease-ttl=90s -description=d -local -seal-wrap -force-no-cache -external-entropy-access -listing-visibility=unauth -audit-non-hmac-request-keys=a -audit-non-hmac-response-keys=b -passthrough-request-headers=c -allowed-response-headers=d -options=e=f -version=2 -plugin-version=v1 -plugin-name=pn kv
$P secrets enable -output-curl-string -path=foo kv
$P secrets tune -output-curl-string -max-lease-ttl=1h -options=version=2 secret
$P secrets tune -output-curl-string -description= secret
$P secrets move -output-curl-string a b

$P policy list
$P policy list -format=json
$P policy list x
$P policy read default
$P policy read nosuch
$P policy read
$P policy write @ /none.hcl
$P policy write @
echo 'path "a" { capabilities=["read"] }' | $P policy write @ -
$P policy read @
$P policy read -format=json @
$P policy read -format=yaml @
echo 'path "a" { nope=["read"] }' | $P policy write @ -
echo 'path "a" {{' | $P policy write @ -
$P policy write default /dev/null
$P policy delete @
$P policy delete default
$P policy delete
$P policy fmt
$P policy fmt /none.hcl
printf 'path "a" {\ncapabilities=["read"]\n  x = 1\n}\n' > $HOME/p.hcl; $P policy fmt $HOME/p.hcl; cat $HOME/p.hcl
printf 'path "a" {\n# c\ncapabilities=["read",\n"list"]\n  policy = "read"\n}\npath "b" { capabilities=["sudo"] }\n' > $HOME/p.hcl; $P policy fmt $HOME/p.hcl; cat $HOME/p.hcl
$P policy list -output-policy
$P policy list -output-curl-string

$P token create
$P token create -policy=default -ttl=1h -format=json
$P token create -id=@ -policy=default -ttl=1h -metadata=a=b -display-name=dn -use-limit=50
$P token create -id=@
$P token create -type=batch -policy=default -ttl=1h
$P token create -type=foo
$P token create -orphan -policy=default -period=1h -explicit-max-ttl=3h -renewable=false
$P token create -role=nosuch
$P token create x
$P token create -wrap-ttl=1m
$P token create -ttl=5
$P token create -ttl=1d
$P token create -ttl=x
$P token create -ttl
$P token create -use-limit=x
$P token create -use-limit=99999999999999999999
$P token create -no-default-policy -policy=p -policy=q,r -format=yaml
$P token create -policy=default -field=token_policies
$P token create -policy=default -field=policies
$P token create -policy=default -field=token_duration -ttl=90m
$P token create -policy=default -field=token_renewable
$P token create -policy=default -field=accessor
$P token lookup
$P token lookup -format=json
$P token lookup @
$P token lookup -field=policies @
$P token lookup -field=meta @
$P token lookup nosuch
$P token lookup -accessor nosuch
$P token lookup -accessor
$P token lookup a b
$P token renew
$P token renew @
$P token renew -increment=30m @
$P token renew -format=json @
$P token renew -accessor $(bao token lookup -field=accessor @)
$P token renew nosuch
$P token capabilities
$P token capabilities secret/foo
$P token capabilities @ secret/foo
$P token capabilities -format=json @ auth/token/lookup-self
$P token capabilities -format=yaml @ cubbyhole/x
$P token capabilities @ cubbyhole/x
$P token capabilities nosuch secret/foo
$P token capabilities a b c
$P token revoke
$P token revoke -self x
$P token revoke -mode=path -accessor x
$P token revoke -mode=foo x
$P token revoke -mode=path auth/token/x
$P token revoke -mode=orphan @
$P token revoke @
$P token revoke -accessor nosuch
BAO_TOKEN=nosuch $P token revoke -self
BAO_TOKEN=nosuch $P token lookup
BAO_TOKEN=nosuch $P read secret/data/foo
BAO_TOKEN= $P token lookup
$P token create -output-curl-string -policy=a -policy=b -ttl=1h -explicit-max-ttl=2h -period=90s -display-name=x -use-limit=3 -renewable=false -no-default-policy -orphan -id=i -type=batch -entity-alias=e -metadata=a=b
$P token renew -output-curl-string -i 1h
$P token renew -output-curl-string -accessor x
$P token revoke -output-curl-string -mode=orphan x
$P token capabilities -output-curl-string x

$P auth list
$P auth list -detailed
$P auth list -format=json
$P auth list x
$P auth enable -path=@ userpass
$P auth enable -path=@ userpass
$P auth enable nosuch
$P auth enable
$P auth tune -default-lease-ttl=1h @
$P auth tune nosuch
$P auth tune -user-lockout-threshold=-1 userpass
$P auth tune
$P auth help nosuch
$P auth help
$P auth move auth/@ auth/@-2
$P auth move nosuch/ x/
$P auth move a
$P auth disable @-2
$P auth disable @-2
$P auth disable
$P auth enable -output-curl-string -default-lease-ttl=1h -max-lease-ttl=90s -description=d -local -seal-wrap -external-entropy-access -listing-visibility=unauth -audit-non-hmac-request-keys=a -audit-non-hmac-response-keys=b -passthrough-request-headers=c -allowed-response-headers=d -options=e=f -version=2 -plugin-version=v1 -token-type=batch -plugin-name=pn userpass
$P auth tune -output-curl-string  -default-lease-ttl=1h -max-lease-ttl=90s -description=d -listing-visibility=unauth -audit-non-hmac-request-keys=a -audit-non-hmac-response-keys=b -passthrough-request-headers=c -allowed-response-headers=d -options=e=f -version=2 -plugin-version=v1 -token-type=batch -user-lockout-threshold=5 -user-lockout-duration=10m -user-lockout-counter-reset-duration=5m -user-lockout-disable userpass
$P auth enable -output-policy userpass

$P audit list
$P audit list -detailed
$P audit list -format=json
$P audit list x
$P audit enable
$P audit enable file a
$P audit enable file file_path=/none/x
$P audit disable nosuch
$P audit disable
$P audit list -output-policy
$P audit enable -output-curl-string -path=x -description=d -local file a=b

$P lease lookup
$P lease lookup nosuch
$P lease renew nosuch
$P lease renew
$P lease renew -increment=1h nosuch
$P lease revoke nosuch
$P lease revoke -prefix nosuch
$P lease revoke -sync nosuch
$P lease revoke -force nosuch
$P lease revoke -force -prefix nosuch
$P lease revoke
$P lease renew -output-curl-string -increment=1h x
$P lease revoke -output-curl-string -prefix x
$P lease revoke -output-policy x

$P unwrap nosuch
$P unwrap a b
!bao write cubbyhole/@ a=b
$P unwrap $(bao read -field=wrapping_token -wrap-ttl=60s cubbyhole/@)
$P unwrap -format=json $(bao read -field=wrapping_token -wrap-ttl=60s cubbyhole/@)
$P unwrap -field=a $(bao read -field=wrapping_token -wrap-ttl=60s cubbyhole/@)
$P unwrap $(bao token create -field=wrapping_token -wrap-ttl=60s)
BAO_TOKEN=$(bao read -field=wrapping_token -wrap-ttl=60s cubbyhole/@) $P unwrap
$P unwrap -output-curl-string

$P print token
$P print token x
BAO_TOKEN= $P print token
$P path-help sys/mounts
$P path-help secret
$P path-help -format=json secret/data/foo
$P path-help
$P path-help nosuch
$P version-history
$P version-history -format=json
$P patch secret/metadata/none-@ max_versions=3
$P patch cubbyhole/@ a=b
$P patch
$P patch secret/metadata/@
$P patch -output-curl-string a b=c

$P operator key-status
$P operator key-status -format=json
$P operator key-status -format=pretty
$P operator key-status x
$P operator members
$P operator members -format=json
$P operator init -status
$P operator init -status -format=json
$P operator init x
$P operator init
$P operator unseal abc
$P operator unseal a b
$P operator unseal -x
$P operator unseal
$P operator unseal -output-curl-string -migrate x
$P operator unseal -output-curl-string -reset
$P operator rotate
$P operator rotate -format=json
$P operator rotate -output-policy
$P operator seal -output-curl-string
$P operator seal -output-policy
$P operator step-down x
$P operator rotate-keys -status
$P operator rotate-keys abc
$P operator rotate-keys -cancel
$P operator rotate-keys -target=foo -status
$P operator rekey -output-curl-string -init -backup -verify
$P operator rekey -output-curl-string -init -pgp-keys=x
$P operator rekey -output-curl-string -target=recovery -init
$P operator generate-root -status
$P operator generate-root abc
$P operator generate-root -decode=MTIz -otp=abc
$P operator generate-root -decode=a -otp=abc
$P operator generate-root -decode=aaaa
$P operator generate-root -init && bao operator generate-root -cancel
$P operator generate-root -cancel

$P namespace list
$P namespace create @
$P namespace create -format=json @-2
$P namespace lookup @
$P namespace lookup nosuch
$P namespace patch -custom-metadata=a=b @
$P namespace patch -remove-custom-metadata=a @
$P namespace patch @
$P namespace patch -custom-metadata=a=b nosuch
$P namespace create -custom-metadata=owner=eva -custom-metadata=x=y @-3
$P namespace create @/deep
$P namespace create -namespace=@ deep
$P namespace create -ns=@ other
$P namespace lookup -ns=@ deep
$P namespace lookup -format=json @/
VAULT_NAMESPACE=@ $P namespace list
BAO_NAMESPACE=@ $P namespace scan
$P secrets enable -ns=@ -version=2 kv
$P kv put -ns=@ kv/x a=b
$P kv get @/kv/x
$P kv get -mount=@/kv x
$P kv get -ns=@ kv/x
VAULT_NAMESPACE=@ $P kv list kv
$P token lookup -ns=@ -format=json -field=path
$P policy list -ns=@
$P secrets list -ns=nosuch
$P namespace unlock @
$P namespace lock -format=json -field=x @
$P namespace unlock -unlock-key=x @-2
$P namespace delete @
$P namespace delete -ns=@ deep
$P namespace delete -ns=@ other
$P namespace delete @-3
$P auth list -ns=@
$P namespace create -key-shares=1 -key-threshold=1 -format=json @-3
$P namespace create -key-shares=2 @-4
$P namespace seal-status @-3
$P namespace seal @-3
$P namespace unseal @-3 abcd
$P namespace unseal @-3
$P namespace unseal -reset @-3
$P namespace seal-status -field=sealed @-3
$P namespace seal-status @
$P namespace delete-sealed @
$P namespace delete @
$P namespace delete @-2

$P login root
$P login -no-print root
$P login -no-store -format=json root
$P login -token-only root
$P login -format=json root
$P login -format=yaml root
$P login -field=token root
$P login -field=policies root
$P login nosuch
$P login token=root
$P login a b
$P login root lookup=false
$P login -method=nosuch
env -u BAO_TOKEN $P login root && cat $HOME/.vault-token && stat -c %a $HOME/.vault-token
env -u BAO_TOKEN $P login
env -u BAO_TOKEN $P login -non-interactive
echo root | env -u BAO_TOKEN $P login -
echo root | env -u BAO_TOKEN $P login
env -u BAO_TOKEN $P login token=@/nosuch
$P login -no-store -no-print root
$P login -token-only -no-print root
$P login -output-curl-string root
$P login -output-policy root

!bao auth enable -path=@ userpass
!bao write auth/@/users/bob password=x policies=default
$P login -method=userpass -path=@ username=bob password=x
env -u BAO_TOKEN $P login -method=userpass -path=@ username=bob password=x
env -u BAO_TOKEN $P login -method=userpass -path=@ -no-store -format=json username=bob password=x
env -u BAO_TOKEN $P login -method=userpass -path=@ username=bob password=bad
env -u BAO_TOKEN $P login -method=userpass -path=@ password=x
env -u BAO_TOKEN $P login -method=userpass -path=@ username=bob
env -u BAO_TOKEN $P login -method=userpass -path=nosuch username=bob password=x
env -u BAO_TOKEN $P login -method=userpass -path=@ -wrap-ttl=60s username=bob password=x
env -u BAO_TOKEN $P login -token-only -method=userpass -path=@ username=bob password=x
env -u BAO_TOKEN $P login -output-curl-string -method=userpass username=bob password=x
$P login -method=userpass a

!bao auth enable -path=@ oidc
$P login -method=oidc -path=@ skip_browser=true role=web
$P login -method=oidc -path=@ skip_browser=true
$P login -method=oidc -path=nosuch skip_browser=true
$P login -method=oidc -path=@ skip_browser=maybe
$P login -method=oidc -path=@ show_qr=maybe
$P login -method=oidc -path=@ abort_on_error=maybe
$P login -method=oidc role
$P login -method=oidc role=@/nosuch

$P plugin list
$P plugin list -detailed
$P plugin list -format=json
$P plugin list -format=yaml
$P plugin list -format=pretty
$P plugin list -detailed -format=json
$P plugin list secret
$P plugin list -detailed secret
$P plugin list -format=json auth
$P plugin list database
$P plugin list foo
$P plugin list unknown
$P plugin list secret extra
$P plugin list secret extra -foo
$P plugin list -output-curl-string secret
$P plugin list -output-policy
BAO_DETAILED=true $P plugin list auth
BAO_WRAP_TTL=60s $P plugin list
$P plugin info
$P plugin info kv
$P plugin info secret kv
$P plugin info secret kv x
$P plugin info -format=json secret kv
$P plugin info -format=yaml secret kv
$P plugin info -format=pretty secret kv
$P plugin info -field=builtin secret kv
$P plugin info -field=args secret kv
$P plugin info -field=none secret kv
$P plugin info -field=version -format=json secret kv
$P plugin info -version=v9 secret kv
$P plugin info -version=x secret kv
$P plugin info secret nosuch
$P plugin info foo kv
$P plugin info unknown kv
$P plugin info auth ' userpass '
$P plugin info -output-curl-string -version=v1 secret kv
$P plugin info -output-policy secret kv
$P plugin info -output-policy kv
BAO_TOKEN=nosuch $P plugin info secret kv

$P plugin register
$P plugin register foo
$P plugin register secret foo bar
$P plugin register -oci secret foo
$P plugin register -sha256= secret foo
$P plugin register -sha256=xyz secret foo
$P plugin register -sha256=abcd secret foo
$P plugin register -sha256=0000000000000000000000000000000000000000000000000000000000000000 secret foo
$P plugin register -sha256=abcd foo bar
$P plugin register -sha256=abcd unknown bar
$P plugin register -output-curl-string -sha256=ab -version=v1.0.0 -command=x -args=a,b -args=c secret foo
$P plugin register -output-curl-string -sha256=ab -oci ' auth ' ' foo '
$P plugin register -output-curl-string -sha256=ab foo
$P plugin register -output-curl-string foo
$P plugin register -output-policy -sha256=ab database foo
$P plugin deregister
$P plugin deregister secret foo
$P plugin deregister -version=1 secret foo
$P plugin deregister -version=x secret foo
$P plugin deregister -version=x foo kv
$P plugin deregister secret foo bar
$P plugin deregister -output-curl-string secret foo
$P plugin deregister -output-curl-string -version=v2 foo
$P plugin deregister -output-curl-string -version=x secret foo
$P plugin deregister -output-policy secret foo
$P plugin reload
$P plugin reload x
$P plugin reload -plugin=kv x
$P plugin reload -plugin=nosuch
$P plugin reload -plugin=kv
$P plugin reload -plugin=kv -scope=global
$P plugin reload -plugin=kv -scope=foo
$P plugin reload -plugin=kv -mounts=secret/
$P plugin reload -plugin= -mounts=
$P plugin reload -mounts=secret/
$P plugin reload -mounts=secret -scope=global
$P plugin reload -mounts=no
$P plugin reload -mounts=no,secret/
$P plugin reload -mounts=secret/ -mounts=cubbyhole
$P plugin reload -mounts=secret/ -format=json
$P plugin reload -output-curl-string -plugin=kv -scope=global
$P plugin reload -output-curl-string -mounts=a,b -mounts=c
$P plugin reload -output-policy -plugin=kv
$P plugin reload-status
$P plugin reload-status x
$P plugin reload-status a b
$P plugin reload-status -output-curl-string x
$P plugin reload-status -format=json x

$P policy write -output-curl-string @ /none.hcl
$P policy write -output-policy @ /none.hcl
$P read -nope foo -field=x
$P read -nope -foo
$P token lookup -field
$P secrets tune -format=json -foo a b
$P kv get -nope b -mount=foo b
$P kv get b -mount=foo -nope=1 - -- -x b
$P read -format=
$P read -h=false
$P read -format=json secret/data/nope a=1 -foo
BAO_FORMAT=json $P read nosuch/x -foo
$P policy write a b -foo -format=json
$P policy write a b -foo -format=table
$P policy write a b -foo -format=xml
BAO_FORMAT=xml $P policy write a b
BAO_FORMAT=raw $P policy write a b
BAO_FORMAT=json $P policy write @ /dev/null
BAO_FORMAT=json $P policy delete @
BAO_FORMAT=json $P print token
BAO_FORMAT=json $P secrets enable -path=@ kv
BAO_FORMAT=json $P secrets tune -description=x @
BAO_FORMAT=json $P secrets disable @
BAO_FORMAT=json $P token revoke nosuch
BAO_FORMAT=json $P policy read nosuch
BAO_FORMAT=json $P kv enable-versioning nosuch
BAO_FORMAT=json $P login root
BAO_FORMAT=Yml $P policy list

!bao kv put secret/@ @NUMBERS
$P kv get secret/@
$P kv get /secret/@
$P kv get secret/data/@
$P kv get -mount=/secret @
$P kv get -mount=secret data/@
$P kv get -mount=secret ''
$P kv get ''
$P kv get secret
$P kv get -mount= secret/@
$P kv get 'secret/a b/ü'
$P kv get 'secret/a?b'
$P kv get 'secret/..'
$P kv get auth/token/lookup-self
$P kv get -mount=cubbyhole @
$P kv put '' a=b
$P kv put secret a=b
$P kv put -mount=secret / a=b
$P kv list ''
$P kv metadata get secret
$P kv metadata get -mount=secret
$P kv delete ''
$P kv delete secret
$P kv destroy -versions=1 secret
$P read ''
$P read //
$P read 'cubbyhole/../x'
$P read v1/secret/data/@
$P read secret/data/@ version=99
$P read -format=json secret/data
$P list ''
$P delete ''
$P write secret/data a=b
$P policy read ''
$P policy write '' /dev/null
$P policy delete ''
$P secrets enable ''
$P secrets enable -path=/ kv
$P secrets disable ''
$P secrets tune ''
$P secrets move '' ''
$P auth disable ''
$P auth tune ''
$P audit disable ''
$P lease revoke ''
$P token lookup ''
$P token revoke ''
$P token capabilities ''
$P path-help ''
$P namespace lookup ''
$P namespace create ''

$P kv put secret/@ a=@NUMBERS && bao kv get -field=a secret/@
$P kv put secret/@ '\@NUMBERS'
$P kv put secret/@ a=@
$P kv put secret/@ a=1 a=2 a=3 && bao kv get -format=json secret/@
$P kv put secret/@ @NUMBERS ttl=1 && bao kv get -field=ttl secret/@
echo '{"a":1' | $P kv put secret/@ -
printf '' | $P kv put secret/@ -
printf 'l1\nl2\n' | $P kv put secret/@ a=- && bao kv get -field=a secret/@
$P kv put secret/@ a= && bao kv get -field=a secret/@
$P kv put secret/@ =
$P kv put secret/@ ' a = b ' && bao kv get -format=json secret/@
$P kv put secret/@ a=@/
$P kv put secret/@ @/.
$P kv put secret/@ a=- <&-
$P kv put secret/@ - <&-
$P write -output-curl-string cubbyhole/x a=1 a=2 'a=' =x
$P delete -output-curl-string cubbyhole/x a=1 a=2 b=3
$P status <&-
$P status 2>&-
$P read nosuch/x 2>&-

$P login -no-store -token-only -format=json root
$P login -token-only -format=yaml root
$P login -token-only -field=policies root
$P login -no-print -field=token root
$P login -method= root
$P login -method=' token ' root
$P login -path=nosuch root
$P login -method=userpass -non-interactive username=x
$P login -method=userpass -non-interactive
$P login -method=kubernetes role=x
$P login -method=kubernetes -output-curl-string role=x jwt=y mount=z
$P login -method=cert -output-curl-string name=x
$P login -wrap-ttl=60s root
$P login -wrap-ttl=60s -output-curl-string root
$P login -ns=nosuch root
$P login token=
$P login root lookup=x
$P login -field=token root lookup=0
echo | env -u BAO_TOKEN $P login -
env -u BAO_TOKEN $P login -no-print - < /dev/null
env -u BAO_TOKEN $P login -token-only root; ls -A $HOME
env -u BAO_TOKEN $P login -no-print root; env -u BAO_TOKEN $P print token; env -u BAO_TOKEN $P token lookup -field=path
env -u BAO_TOKEN BAO_TOKEN_PATH=$HOME/tp $P login -no-print root; cat $HOME/tp
printf ' root \n\n' > $HOME/.vault-token; env -u BAO_TOKEN $P token lookup -field=path
printf 'ro\not' > $HOME/.vault-token; env -u BAO_TOKEN $P token lookup -field=path
printf 'root\x00' > $HOME/.vault-token; env -u BAO_TOKEN $P token lookup -field=path
printf 'r\xff' > $HOME/.vault-token; env -u BAO_TOKEN $P token lookup -field=path
echo x > $HOME/.vault-token; chmod 644 $HOME/.vault-token; env -u BAO_TOKEN $P login -no-print root; stat -c %a $HOME/.vault-token
ln -sf other $HOME/.vault-token; env -u BAO_TOKEN $P login -no-print root; readlink $HOME/.vault-token
rm $HOME/.vault-token; mkdir $HOME/.vault-token; env -u BAO_TOKEN $P token lookup -field=path
BAO_TOKEN=' root' $P token lookup -field=path
BAO_TOKEN=$'ro\not' $P token lookup -field=path
VAULT_TOKEN=bad $P token lookup -field=path
env -u BAO_TOKEN VAULT_TOKEN=root $P token lookup -field=path

printf 'token_helper = "%s/helper"\n' $HOME > $HOME/.bao; cp $HOME/.bao $HOME/.vault; printf '#!/bin/sh\necho "$1" >> %s/calls\n[ "$1" = get ] && cat %s/kept || { cat > %s/kept; }\n' $HOME $HOME $HOME > $HOME/helper; chmod +x $HOME/helper; printf nosuch > $HOME/kept
env -u BAO_TOKEN $P token lookup -field=path
env -u BAO_TOKEN $P login -no-print root; cat $HOME/kept; ls -A $HOME
env -u BAO_TOKEN $P token lookup -field=path
env -u BAO_TOKEN $P print token

BAO_ADDR=http://127.0.0.1:1 $P status 2>&1 | head -1
BAO_ADDR=http://[::1]:1 $P read x 2>&1 | head -1
BAO_ADDR=${BAO_ADDR/http:/https:} $P status 2>&1 | head -1
BAO_ADDR=127.0.0.1:1 $P status
BAO_ADDR=localhost $P status 2>&1 | head -1
BAO_ADDR=foo://x $P status 2>&1 | head -1
BAO_ADDR=http:// $P status 2>&1 | head -1
BAO_ADDR=unix:///nonexistent/s $P status 2>&1 | head -1
BAO_ADDR=$BAO_ADDR/prefix $P read -output-curl-string x
BAO_ADDR=$BAO_ADDR/prefix $P read x
BAO_ADDR= $P read -output-curl-string x
BAO_ADDR=http://h:80 $P read -output-curl-string x
BAO_ADDR=https://H:443/ $P read -output-curl-string x
BAO_ADDR=unix:///tmp/s $P read -output-curl-string x
VAULT_ADDR=http://127.0.0.1:3 $P read -output-curl-string x
env -u BAO_ADDR VAULT_ADDR=http://127.0.0.1:3 $P read -output-curl-string x
env -u BAO_ADDR $P read -output-curl-string x
BAO_CACERT=/none $P read -output-curl-string x
BAO_CACERT=/none $P status
BAO_CACERT=/etc/passwd $P status
BAO_CAPATH=/none $P status
BAO_CLIENT_CERT=/none $P status
BAO_CLIENT_CERT=/none BAO_CLIENT_KEY=/none $P status
BAO_CLIENT_CERT=/etc/passwd BAO_CLIENT_KEY=/etc/passwd $P status
$P status -ca-cert=/none
$P status -ca-path=/none
$P read -client-key=/none x
BAO_TLS_SERVER_NAME=foo $P status -field=sealed
BAO_CLIENT_TIMEOUT=0 $P status -field=sealed
BAO_CLIENT_TIMEOUT=-1 $P status -field=sealed
BAO_CLIENT_TIMEOUT=1x $P status
BAO_MAX_RETRIES=-1 $P status
BAO_RATE_LIMIT=10.5:3 $P status -field=sealed
BAO_DISABLE_REDIRECTS=x $P status
BAO_SKIP_VERIFY=x $P status
BAO_WRAP_TTL=x $P read cubbyhole/x
BAO_WRAP_TTL=90 $P read -output-curl-string cubbyhole/x
BAO_WRAP_TTL=0 $P read -output-curl-string cubbyhole/x
$P read -wrap-ttl=-5s -output-curl-string cubbyhole/x
$P read -wrap-ttl=1500ms -output-curl-string cubbyhole/x
BAO_MFA=a $P read -output-curl-string cubbyhole/x
$P read -policy-override -output-curl-string cubbyhole/x
$P read -unlock-key=abc -output-curl-string cubbyhole/x
$P read -header=x-y=b -header=Z==c -output-curl-string cubbyhole/x
$P read -header==a cubbyhole/x
$P read -header=$'a=b\nc' cubbyhole/x
BAO_NAMESPACE=a/b/ $P read -output-curl-string cubbyhole/x
BAO_NAMESPACE=root $P read -output-curl-string cubbyhole/x
BAO_NAMESPACE=a $P read -namespace= -output-curl-string cubbyhole/x
BAO_NAMESPACE=a $P read -ns=b -output-curl-string cubbyhole/x
BAO_PROXY_ADDR=http://127.0.0.1:1 $P status 2>&1 | head -1
http_proxy=http://127.0.0.1:1 $P status -field=sealed

!bao secrets enable -path=@ pki
!bao secrets enable -path=@-2 pki
!echo '{"audit_visibility":{"enabled":false}}' > @.json
!echo '{"hardware_backed_root":{"enabled":false},"ca_validity_period":{"root_expiry_critical":"1h","root_expiry_warning":3600,"root_expiry_informational":"35d"},"too_many_certs":{"count_critical":"9","count_warning":2},"audit_visibility":{"enabled":"false"}}' > @-2.json
$P pki health-check 2>/dev/null
$P pki health-check a b 2>/dev/null
$P pki health-check none-@ 2>/dev/null
$P pki health-check secret 2>/dev/null
$P pki health-check auth/token 2>/dev/null
$P pki health-check @ 2>/dev/null
$P pki health-check -list @ | sed 1d
$P pki health-check -list -format=json @
$P pki health-check -list -format=yaml @ 2>/dev/null
$P pki health-check -return-indicator=x @ 2>/dev/null
$P pki health-check -health-config=@-none.json @ 2>/dev/null
!bao write @/root/generate/internal common_name=root ttl=700h issuer_name=r key_type=ec
$P pki health-check -health-config=@.json @ > /dev/null
set -o pipefail; $P pki health-check -health-config=@.json -format=json @ | jq -c 'map_values(map(del(.message)))'
set -o pipefail; $P pki health-check -health-config=@.json -format=yaml @ | grep -E '^[a-z_]+:|^(- |  )(endpoint|status|status_code): '
$P pki health-check -health-config=@.json -format=pretty @ 2>/dev/null
$P pki health-check -health-config=@.json -return-indicator=permission @ > /dev/null
$P pki health-check -health-config=@.json -return-indicator=critical @ > /dev/null
set -o pipefail; $P pki health-check -health-config=@-2.json @ | awk '{print $1, $2}'
$P pki health-check -default-disabled @
$P pki health-check -default-disabled -format=json @
set -o pipefail; BAO_TOKEN=none $P pki health-check -return-indicator=permission -format=json @ | jq -c 'del(.enable_auto_tidy)|map_values(map(del(.message)))'
!bao write @/roles/a allowed_domains=*.example.com allow_glob_domains=true allow_subdomains=true ttl=1h
!bao write @/issue/a common_name=a.example.com
!bao write @/config/auto-tidy enabled=true interval_duration=4d tidy_cert_store=true pause_duration=5s
!bao write @/config/crl auto_rebuild=true expiry=72h
!bao write @/config/acme enabled=true
!bao secrets tune -allowed-response-headers=Last-Modified -passthrough-request-headers=if-modified-since @
!bao secrets tune -audit-non-hmac-request-keys=csr -audit-non-hmac-request-keys=private_key @
set -o pipefail; $P pki health-check -health-config=@-2.json -format=json @ | jq -c 'del(.role_no_store_false,.tidy_last_run)|map_values(map(del(.message)))'
$P pki health-check -format=json @ | jq -c '[.audit_visibility[]|.status]|unique'

!bao secrets enable -path=@ pki
!bao secrets enable -path=@-2 pki
!bao write @/root/generate/internal common_name=root ttl=700h issuer_name=r key_type=ec
$P pki issue 2>/dev/null
$P pki issue @/issuer/r @-2 2>/dev/null
$P pki issue @/issuer/r @-2 common_name
$P pki issue @ @-2 common_name=x 2>/dev/null
$P pki issue @/issuer/none @-2 common_name=x 2>/dev/null
$P pki issue @/issuer/r @-3 common_name=x 2>/dev/null
$P pki issue -output-policy @/issuer/r @-2 common_name=x
$P pki issue -issuer_name=web -format=json @/issuer/r @-2 common_name=Web key_type=ec ttl=600h | jq -c '.data|.issuer_name,.usage,(.ca_chain|length)'
$P pki reissue @/issuer/r 2>/dev/null
$P pki reissue @/issuer/r @-2/issuer/none @-2 2>/dev/null
$P pki reissue -issuer_name=again -format=json @/issuer/r @-2/issuer/web @-2 ttl=500h | jq -c '.data|.issuer_name,(.ca_chain|length)'
$P pki reissue -type=existing -issuer_name=same -format=json @/issuer/r @-2/issuer/web @-2 ttl=500h | jq -c '.data|.issuer_name,(.ca_chain|length)'
$P pki verify-sign 2>/dev/null
$P pki verify-sign a 2>/dev/null
$P pki verify-sign a b c 2>/dev/null
$P pki verify-sign @/issuer/r @-2/issuer/web | sort
$P pki verify-sign -format=json @/issuer/r @-2/issuer/web
$P pki verify-sign -format=yaml @-2/issuer/web @/issuer/r
$P pki verify-sign -format=pretty @-2/issuer/web @/issuer/r 2>/dev/null
$P pki verify-sign @-2/issuer/web @-2/issuer/web | sort
$P pki verify-sign none-@/issuer/x @/issuer/r 2>/dev/null
$P pki verify-sign @/issuer/r none-@/issuer/x 2>/dev/null
$P pki verify-sign @/issuer/r @/config/crl 2>/dev/null
$P pki list-intermediates 2>/dev/null
$P pki list-intermediates @/issuer/r | sort
$P pki list-intermediates -use_names @/issuer/r | sort
$P pki list-intermediates -format=json -use_names @/issuer/r @-2
$P pki list-intermediates -format=yaml @/issuer/r @-2/issuer/web
$P pki list-intermediates -path_match=true -direct_sign=false -use_names @/issuer/r @-2 | sort
$P pki list-intermediates none-@ @-2 2>/dev/null
$P pki list-intermediates @/issuer/r @-2/issuer/none 2>/dev/null
"""
