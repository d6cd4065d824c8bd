document.getElementById("base").textContent = window.location.origin;
