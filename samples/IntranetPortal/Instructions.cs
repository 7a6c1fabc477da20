namespace IntranetPortal;

/// <summary>What a person does to be let in, for each browser and system.</summary>
internal static class Instructions
{
    public static string For(Handout handout, int port) => $$"""

        Acme's intranet is open, for work devices only:

          https://portal.localhost:{{port}}      (Safari: https://localhost:{{port}})

          certificate of your laptop   {{handout.Laptop}}
          password                     {{handout.Password}}

        FIRST, open the page as you are. The browser does not know Acme Root and warns: go on all the same.
        Acme then says why it does not let you in.

        THEN, import the laptop's certificate, close all windows of the browser, and open the page again.

        Firefox, on any system
          Settings > Privacy & Security > View Certificates > Your Certificates > Import
        Chrome, Edge and others on Windows
          double-click the file (Current User, let it choose the store), or:
          certutil -user -p {{handout.Password}} -importPFX "{{handout.Laptop}}" NoRoot
        Chrome, Edge and Safari on macOS
          double-click the file (keychain "login"), or:
          security import "{{handout.Laptop}}" -P {{handout.Password}}
        Chrome and Chromium on Linux (package libnss3-tools; the first line if there is no such store yet)
          mkdir -p ~/.pki/nssdb && certutil -d sql:$HOME/.pki/nssdb -N --empty-password
          pk12util -d sql:$HOME/.pki/nssdb -i "{{handout.Laptop}}" -W {{handout.Password}}

        WITHOUT THE WARNING: import Acme Root too. It can vouch for localhost only, for a week.

        Firefox    View Certificates > Authorities > Import, and trust it for websites
        Windows    certutil -user -addstore Root "{{handout.Root}}"
        macOS      security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db "{{handout.Root}}"
        Linux      certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n "Acme Root" -i "{{handout.Root}}"

        phone.p12, beside it, is a private phone of the same person: a good certificate, and not let in.
        When you have seen it all, remove "Ada Winter" and "Acme Root" where you have put them.
        Ctrl+C ends the portal.
        """;
}
