// Loads a library when it is first needed, once; one that did not come is asked for again.

const coming = new Map(); // by address

export function load(address) {
  if (!coming.has(address)) coming.set(address, fetched(address));
  return coming.get(address);
}

function fetched(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = resolve;
    script.onerror = (error) => {
      coming.delete(address);
      reject(error);
    };
    document.head.append(script);
  });
}
