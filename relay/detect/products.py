"""Names of software, services and system accounts that a model mistakes for names of people.

Lower case. A product whose name is more often a person's (Jordan, Simon) is not listed; one whose name is rarely a
person's (Jenkins as an installed tool, Luigi in a list of tools) is: these count in technical text only, see
`technical`. Selected from package registries, container images, service lists and the default accounts of common
systems; as of 2026-11-29.
"""

from __future__ import annotations

from typing import Final

__all__ = ["ALSO_NAMES", "PRODUCTS", "SYSTEM_USERS"]

_PRODUCTS_TEXT = (
    # Data bases, queues, storage
    "redis memcached kafka zookeeper rabbitmq celery cassandra scylla mongo mongodb postgres postgresql mysql "
    "mariadb sqlite couchdb couchbase elastic elasticsearch opensearch solr lucene neo4j dynamo dynamodb aurora "
    "redshift snowflake bigquery clickhouse druid presto trino hive hadoop spark flink beam airflow dagster "
    "prefect luigi nifi pulsar nats minio ceph gluster etcd consul vault hazelcast ignite duckdb polars pandas "
    "parquet arrow avro milvus pinecone weaviate chroma qdrant supabase firebase firestore prisma alembic flyway "
    "liquibase dbeaver sequelize "
    # Running and watching
    "docker podman moby compose swarm kubernetes kubectl k8s helm istio linkerd envoy traefik nginx apache tomcat "
    "jetty caddy haproxy varnish squid argo flux tekton jenkins travis circleci buildkite bamboo gitlab github "
    "bitbucket gitea gerrit grafana prometheus loki tempo mimir thanos jaeger zipkin kibana logstash filebeat "
    "fluentd fluentbit splunk datadog sentry nagios zabbix icinga terraform ansible puppet chef salt vagrant "
    "packer pulumi nomad rancher openshift heroku netlify vercel cloudflare fastly akamai lambda kong tyk "
    "keycloak okta vaultwarden "
    # Languages, tools, libraries
    "python ruby perl julia rust golang kotlin swift scala clojure elixir erlang haskell ocaml fortran cobol "
    "pascal ada lisp scheme prolog dart flutter lua zig nim crystal groovy java javac javascript typescript "
    "coffeescript elm react angular vue svelte ember preact solid next nuxt gatsby remix astro vite webpack "
    "rollup parcel esbuild babel grunt gulp bower npm pnpm yarn lerna turbo deno bun node jest mocha jasmine "
    "karma chai sinon cypress playwright puppeteer selenium enzyme ava vitest storybook eslint prettier biome "
    "django flask fastapi starlette uvicorn gunicorn hypercorn tornado pyramid bottle sanic rails sinatra rack "
    "puma unicorn sidekiq resque laravel symfony composer spring hibernate maven gradle ant ivy jersey netty akka "
    "quarkus micronaut dropwizard guice lombok mockito junit testng pytest nose tox nox poetry pipenv conda mamba "
    "hatch flit setuptools wheel pip ruff black flake mypy pyright pylint bandit sphinx mkdocs jupyter numpy "
    "scipy sympy keras tensorflow pytorch torch caffe theano gensim spacy nltk pillow lodash axios redux mobx "
    "immer zod yup formik tailwind bootstrap bulma jquery moment luxon dayjs chalk express koa hapi fastify nest "
    "nestjs meteor electron tauri ionic cordova capacitor unity unreal godot blender cmake ninja meson bazel buck "
    "pants conan vcpkg clang llvm cargo clippy rustup tokio serde actix rocket diesel hyper "
    # Systems and programs
    "linux unix ubuntu debian fedora centos redhat rhel suse gentoo slackware alpine nixos freebsd openbsd darwin "
    "windows macos android bash zsh fish tmux vim neovim nvim nano emacs vscode eclipse intellij pycharm xcode "
    "sublime homebrew chocolatey systemd cron kerberos samba bind dovecot postfix exim sendmail squirrel openssl "
    "curl wget rsync wireshark nmap metasploit burp kali chrome chromium firefox safari opera edge thunderbird "
    "netscape mozilla slack discord jira confluence trello asana notion figma zoom teams salesforce hubspot "
    "stripe twilio sendgrid visa mastercard amex maestro paypal mailchimp shopify magento wordpress drupal joomla "
    "moodle sap oracle azure aws gcp vmware virtualbox xen kvm qemu helvetica arial verdana georgia garamond "
    "calibri roboto inter lato fira "
    # Further names that a model mistakes for people
    "metabase redash tableau superset spinnaker seaborn bokeh ray dask newrelic pagerduty opsgenie cacti munin "
    "cortex rook longhorn harbor quay artifactory nexus sonarqube dex tailscale wireguard nebula cilium calico "
    "flannel apisix contour knative openfaas ollama langchain llamaindex sherpa bumblebee ktor koin dagger hilt "
    "moshi picasso glide realm dotenv clamav valgrind jython espeak pacman remmina rofi pidof agetty rakudo raku "
    "mopidy hledger gobuster lynis maxima sharutils schroot elvish ginkgo falkon kdevelop rasterio tealdeer "
    "sanlock clevis gammu anacron nethogs cowpatty samhain mnemosyne luakit luajit kakasi mossort ratpoison snort "
    "suricata zeek falco trivy grype syft cosign velero kustomize skaffold tilt telepresence minikube kind k3s "
    "podman buildah skopeo lima colima bazelisk just mise asdf pyenv rbenv nvm fnm volta sdkman direnv zoxide "
    "ripgrep fzf bat exa lazygit tig htop btop glances ncdu duf "
    # Protocols and formats that look like words
    "oauth saml ldap http https ftp ssh smtp imap telnet gopher graphql grpc thrift protobuf json yaml toml xml "
    "html css markdown latex unicode iban swift bic sepa sku uuid guid md5 sha base64 utf "
)
_SYSTEM_USERS_TEXT = (
    "user users username admin administrator root ubuntu debian centos fedora alpine ec2-user azureuser opc "
    "runner runneradmin vscode codespace coder gitpod node app apps web www www-data nginx apache httpd work "
    "worker jovyan public shared default guest test tests testuser tester demo dev developer build builder "
    "jenkins gitlab gitlab-runner git github circleci travis docker podman vagrant pi oracle postgres mysql redis "
    "mongodb rabbitmq kafka elasticsearch hadoop spark airflow celery superset grafana prometheus sandbox appuser "
    "nonroot nobody daemon service bin sys sync games man lp mail news uucp proxy backup list irc systemd-network "
    "systemd-resolve messagebus sshd linuxbrew cloudsdk you me myuser your your-name your_username yourname "
    "yourusername yourself name someone example foo bar baz project projects code src workspace workspaces opt "
    "home hostedtoolcache site conda miniconda anaconda all-users shared-user container containeruser claude "
    "codex agent assistant bot ci "
    # arrays of Perl, `@INC`
    "inc argv export export_ok export_fail export_tags"
)
# Products whose names are also people's: in a sentence they are read as people.
_ALSO_NAMES_TEXT = (
    "ray dex bat kind tilt lima mise realm picasso harbor "
    "luigi aurora beam salt chef travis bamboo julia ruby ada crystal pascal jasmine karma hugo ivy jersey robin "
    "georgia cassandra jenkins dart swift perl rust nim zig elm ember astro puma spring hatch black ruff theano "
    "caddy argo loki mimir thanos vault chai ava jest jester kerberos samba asana java celery jason express nest "
    "unity rocket diesel tornado pyramid bottle sanic laravel composer maven gradle ant pillow moment luna chalk "
    "koa hapi "
)
PRODUCTS: Final = frozenset(_PRODUCTS_TEXT.split())
ALSO_NAMES: Final = frozenset(_ALSO_NAMES_TEXT.split())
SYSTEM_USERS: Final = frozenset(_SYSTEM_USERS_TEXT.split())
