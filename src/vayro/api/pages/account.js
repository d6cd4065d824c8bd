// The pages that mails lead to, and signing in. Text is only ever set as text.
"use strict";

const token = window.location.hash.slice(1);

const at = (id) => document.getElementById(id);

async function call(path, body) {
  const answer = await fetch(`/v1/${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  const sent = text ? JSON.parse(text) : null;
  if (!answer.ok) throw new Error(sent && sent.detail ? sent.detail : `The server answered ${answer.status}.`);
  return sent;
}

const EMAIL = { name: "email", label: "E-mail address", type: "email", autocomplete: "username" };
const PASSWORD = { name: "password", label: "Password", type: "password", autocomplete: "current-password" };
const NEW_PASSWORD = { ...PASSWORD, label: "New password (8 characters or more)", autocomplete: "new-password" };
const CODE = { name: "code", label: "Code of the app, or a recovery code", type: "text", autocomplete: "one-time-code" };

function show({ title, lead = "", fields = [], button = "", send = null, ways = [] }) {
  at("title").textContent = document.title = title;
  at("lead").textContent = lead;
  at("said").textContent = "";
  const form = at("form");
  form.replaceChildren(...fields.map(drawField));
  if (button) {
    const submit = document.createElement("button");
    submit.textContent = button;
    form.append(submit);
  }
  form.onsubmit = (event) => {
    event.preventDefault();
    submitForm(form, send);
  };
  at("ways").replaceChildren(...ways.map(drawWay));
  form.querySelector("input")?.focus();
}

function drawField({ name, label, type, autocomplete }) {
  const box = document.createElement("label");
  const input = document.createElement("input");
  Object.assign(input, { name, type, autocomplete, required: true });
  box.append(label, input);
  return box;
}

function drawWay({ label, href, act }) {
  const link = document.createElement("a");
  link.textContent = label;
  link.href = href ?? "#";
  if (act) {
    link.onclick = (event) => {
      event.preventDefault();
      attempt(act);
    };
  }
  return link;
}

async function submitForm(form, send) {
  const button = form.querySelector("button");
  button.disabled = true;
  await attempt(() => send(Object.fromEntries(new FormData(form))));
  button.disabled = false;
}

async function attempt(act) {
  at("said").textContent = "";
  try {
    await act();
  } catch (error) {
    at("said").textContent = error.message;
  }
}

// Where they were when they were asked to sign in: an address of this site and nothing else, or the first page.
function placeBefore() {
  const wanted = new URLSearchParams(window.location.search).get("next") ?? "/";
  try {
    const address = new URL(wanted, window.location.origin);
    const isOurs = address.origin === window.location.origin && wanted.startsWith("/");
    return isOurs ? address.pathname + address.search + address.hash : "/";
  } catch {
    return "/";
  }
}

const leave = () => window.location.assign(placeBefore());
const SIGN_IN = { label: "Sign in", href: "/sign-in" };

async function askForCode(step) {
  show({
    title: "One more step",
    lead: "Open your authenticator app.",
    fields: [CODE],
    button: "Sign in",
    send: async ({ code }) => {
      await call("auth/sign-in/code", { token: step, code });
      leave();
    },
  });
}

async function showSignIn() {
  const methods = await call("auth/methods");
  const ways = [{ label: "Forgot your password?", href: "/forgot-password" }];
  if (methods.sign_up === "open") ways.push({ label: "Make an account", href: "/sign-up" });
  if (methods.provider) ways.unshift({ label: `Sign in with ${methods.provider}`, act: goToProvider });
  show({
    title: "Sign in",
    fields: [EMAIL, PASSWORD],
    button: "Sign in",
    ways,
    send: async (sent) => {
      const answer = await call("auth/sign-in", sent);
      if (answer.second_factor) await askForCode(answer.second_factor.token);
      else leave();
    },
  });
}

async function goToProvider() {
  const { address } = await call("auth/oidc/start", {});
  // The provider leads back to the first page of the dashboard, which goes on from here.
  sessionStorage.setItem("vayro.next", placeBefore());
  window.location.assign(address);
}

function showDone(title, lead, ways = [SIGN_IN]) {
  show({ title, lead, ways });
}

const PAGES = {
  "/sign-in": showSignIn,
  "/sign-up": () => show({
    title: "Make an account",
    fields: [EMAIL, NEW_PASSWORD],
    button: "Make it",
    ways: [SIGN_IN],
    send: async (sent) => {
      await call("auth/sign-up", sent);
      showDone("Look into your mail", "We sent a link to your address. Follow it to make the account.");
    },
  }),
  "/verify-email": () => show({
    title: "Make your account",
    lead: "Your address is proved. One click, and you are in.",
    button: "Make my account",
    send: async () => {
      await call("auth/verify-email", { token });
      leave();
    },
  }),
  "/forgot-password": () => show({
    title: "Choose a new password",
    lead: "If there is an account with your address, we send a link to it.",
    fields: [EMAIL],
    button: "Send it",
    ways: [SIGN_IN],
    send: async (sent) => {
      await call("auth/password/forgotten", sent);
      showDone("Look into your mail", "If there is an account with this address, a link is on its way.");
    },
  }),
  "/reset-password": () => show({
    title: "Choose a new password",
    lead: "All your sessions will end.",
    fields: [NEW_PASSWORD],
    button: "Set it",
    send: async ({ password }) => {
      await call("auth/password/reset", { token, password });
      showDone("Your password is set", "Sign in with it.");
    },
  }),
  "/join": showInvitation,
};

async function showInvitation() {
  const here = await call("auth/session").catch(() => null);
  if (here) {
    show({
      title: "Join a workspace",
      lead: `You are signed in as ${here.user.email}.`,
      button: "Join",
      send: async () => {
        await call("invitations/accept", { token });
        leave();
      },
    });
    return;
  }
  show({
    title: "Join a workspace",
    lead: "Make an account with the address that was invited. If you have one, sign in first and follow the link again.",
    fields: [EMAIL, NEW_PASSWORD],
    button: "Make it and join",
    ways: [SIGN_IN],
    send: async (sent) => {
      await call("auth/sign-up", { ...sent, invitation: token });
      leave();
    },
  });
}

attempt(async () => PAGES[window.location.pathname]());
