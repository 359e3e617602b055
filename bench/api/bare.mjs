import express from 'express'

/** What express alone takes: answers with as many bytes of JSON as it is asked for, and reads what it is sent. */
const app = express()
app.disable('x-powered-by')
app.disable('etag')
app.use(express.json())
app.all('/:size', (request, response) => {
  response.type('application/json').send(JSON.stringify({ text: 'x'.repeat(Number(request.params.size) - 11) }))
})
const server = app.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`))
